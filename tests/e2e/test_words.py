"""Words from data in a browser: they are shown as they are, whatever they look like."""

import json

from playwright.sync_api import expect

WORDS = [
    "https://evil.com/x and HTTP://EVIL.com",
    "www.evil.com, see WWW.evil.com/a_b",
    "user@evil.com or mailto:user.name+x@mail.evil.co.uk",
    ":material/home: or :material_home: or :material/home",
    ":streamlit: :smile: :+1: :a:b:c: at 12:30:45",
    "a >= b, p <= q: x -> y <- z <-> -- w ~= v",
    "->",
    "a=\n===",
    "col\n\n# name\n\n- one\n- two\n\n> quote\n\n    code",
    "| a | b |\n|---|---|\n| c | d |",
    "<b>bold</b> <img src=x onerror=alert(1)> &amp; &lt;",
    "[a](javascript:alert(1)) ![b](x.png) [^1] [x][y]",
    "**a** __b__ *c* _d_ ~~e~~ `f` $g$ $$h$$ :red[i] :blue-badge[j]",
    "1. one 2) two + three \\ \\| \\[ a\\|b",
    "==== --- *** ___",
]
SCRIPT = """
import json
import streamlit as st
from monitoring.ui import cards

words = json.loads({words!r})
for number, text in enumerate(words):
    with st.container(key=f"words-{{number}}"):
        st.markdown(cards.escaped(text))
with st.container(key="table"):
    cards.comparison([(text, text, "1") for text in words], words[0])
with st.container(key="signals"):
    for text in words:
        cards.signal(text, "green", text)
"""
SHOWN = "element => element.textContent.replaceAll('\u2060', '')"
MADE = "a, img, svg, h1, h2, h3, li, blockquote, code, hr, em, strong, del, b, .katex, [data-testid^=stIcon]"


def test_words_from_data_are_never_read_as_markdown(visit, serve, store_file, tmp_path):
    script = tmp_path / "words.py"
    script.write_text(SCRIPT.format(words=json.dumps(WORDS)))
    page = visit(serve(store_file, script))
    expect(page.locator(".st-key-signals .stTooltipHoverTarget .stMarkdownBadge")).to_have_count(len(WORDS))
    plain = [" ".join(text.split()) for text in WORDS]
    for number, text in enumerate(plain):
        paragraphs = page.locator(f".st-key-words-{number} p")
        assert [paragraph.evaluate(SHOWN) for paragraph in paragraphs.all()] == [text]
    table = page.locator(".st-key-table table")
    cells = [cell.evaluate(SHOWN) for cell in table.locator("tbody td").all()]
    assert cells == [cell for text in plain for cell in (text, text, "1")]
    assert table.locator("thead th").last.evaluate(SHOWN) == plain[0]
    badges = page.locator(".st-key-signals .stTooltipHoverTarget .stMarkdownBadge")
    assert [badge.evaluate(SHOWN) for badge in badges.all()] == [f"● {text}" for text in plain]
    for part in (*(f".st-key-words-{number}" for number in range(len(WORDS))), ".st-key-table"):
        assert page.locator(part).locator(MADE).count() == 0
