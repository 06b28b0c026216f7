"""The script the server runs for every visitor: the shell, and in it the page of the URL."""

from monitoring.ui.shell import main

main()
