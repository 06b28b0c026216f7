"""The tutorial tells what the demo's store tells, and its pictures and the notebook are those of this app."""

from __future__ import annotations

import ast
import json
import re

import pytest

from tests.documents.reading import DOCUMENTS, ROOT, links, text
from tools import notebook, picture_sources, pictures

IMAGES = ROOT / "docs" / "images"


def test_pictures_show_what_the_app_shows() -> None:
    kept = picture_sources.manifest()
    assert set(kept) == {one.name for one in pictures.PICTURES}
    stale = [name for name, told in kept.items() if told["rests_on"] != picture_sources.digest(told["page"])]
    assert not stale, "pictures are stale: run make pictures"


@pytest.mark.parametrize("one", pictures.PICTURES, ids=lambda one: one.name)
def test_every_picture_is_there_small_and_shown_with_words_for_who_cannot_see_it(
    one: pictures.Picture,
) -> None:
    path = IMAGES / f"{one.name}.webp"
    assert 5_000 < path.stat().st_size <= pictures.LARGEST
    shown = [
        words
        for document in DOCUMENTS
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text(document))
        if (document.parent / target).resolve() == path
    ]
    assert shown
    assert all(len(words) > 10 for words in shown)


def test_no_picture_lies_there_that_nothing_shows() -> None:
    shown = {(path.parent / target).resolve() for path in DOCUMENTS for target in links(path)}
    assert {path for path in IMAGES.iterdir() if path.suffix != ".json"} <= shown


@pytest.mark.parametrize("change", [
    ("a comment", 'x = 1\nst.write("Drift")', 'x = 1  # why\nst.write("Drift")'),
    ("a name", 'x = 1\nst.write("Drift")', 'y = 2\nst.write("Drift")'),
    ("a docstring", '"""One."""\nst.write("Drift")', '"""Two."""\nst.write("Drift")'),
], ids=lambda change: change[0])  # fmt: skip
def test_what_cannot_be_seen_makes_no_picture_stale(change: tuple[str, str, str]) -> None:
    assert picture_sources.seen(change[1]) == picture_sources.seen(change[2])


@pytest.mark.parametrize(
    "after", ['st.write("Shift")', 'st.title("Drift")', 'st.write("Drift")\nst.divider()']
)
def test_what_can_be_seen_does(after: str) -> None:
    assert picture_sources.seen('st.write("Drift")') != picture_sources.seen(after)


def test_every_page_of_a_picture_rests_on_its_parts() -> None:
    for page in {one.page for one in pictures.PICTURES}:
        assert picture_sources.parts(page), page


def test_the_makefile_takes_the_pictures() -> None:
    assert "tools/pictures.py" in text("Makefile")


def test_the_notebook_is_small_compiles_and_names_no_machine() -> None:
    told = text("docs/notebook.ipynb")
    assert len(told) < 80_000
    assert not re.search(r"/(home|tmp|root|work|Users)/", told)
    cells = [cell for cell in json.loads(told)["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == len([cell for cell in notebook.read()["cells"] if cell["cell_type"] == "code"]) > 5
    for cell in cells:
        ast.parse("".join(cell["source"]))
        assert cell["execution_count"], "run: python tools/notebook.py"
        assert not [one for one in cell["outputs"] if one["output_type"] == "error"]
