"""Small pictures with a click that no built-in element offers: plain JavaScript and CSS, no build step."""
