"""A document taken apart: its elements, what they carry, and its words."""

from __future__ import annotations

from html.parser import HTMLParser

EMPTY = {"meta"}


class Document(HTMLParser):
    """Reads a document and insists that every element is closed in its turn.

    Attributes
    ----------
    elements : list of (tag, attributes)
    words : str
        All text, but for the style.
    parts : dict of str to str
        The text of the sections by their ids.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words, self.style, self.declared = "", "", ""
        self.parts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_decl(self, decl: str) -> None:
        self.declared = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), "an attribute stands twice"
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag not in EMPTY:
            self._open.append((tag, given.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "style":
            self.style += data
            return
        self.words += data
        for tag, name in self._open:
            if tag == "section":
                self.parts[name] = self.parts.get(name, "") + data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}
