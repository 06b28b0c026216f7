"""No path that is typed leads out of the folders that the operator listed."""

import contextlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.allowed_paths import VARIABLE, PathNotAllowedError, folders, resolved

NAMES = ["..", ".", "a", "b.csv", "out", "/", "~", "", "\u202e", "a" * 300]
PIECES = st.lists(st.sampled_from(NAMES), max_size=6)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "in" / "a").mkdir(parents=True)
    (root / "b.csv").write_text("secret")
    (root / "in" / "b.csv").write_text("open")
    (root / "in" / "out").symlink_to(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, os.pathsep.join([str(root / "in"), "relative", str(root / "absent")]))
        yield root


@given(pieces=PIECES, absolute=st.booleans())
def test_what_is_found_lies_inside_whatever_is_typed(place, pieces, absolute):
    text = "/".join(pieces)
    with contextlib.suppress(PathNotAllowedError):
        found = resolved(f"{place}/{text}" if absolute else text)
        assert found.is_relative_to((place / "in").resolve())


def test_folders_are_absolute_and_there_and_without_any_nothing_is_read(place, monkeypatch):
    assert folders() == [(place / "in").resolve()]
    assert resolved("b.csv").read_text() == "open"
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(PathNotAllowedError, match=VARIABLE):
        resolved("b.csv")
