"""What a picture rests on: the words and elements of its page and the page's parts, and the demo's data.

Only what can be seen counts. A digest does not change with comments, docstrings, names of variables or the
way something is computed; it does with a text, an element that is added or taken away, a component's style or
script, and the data.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "monitoring" / "ui"
MANIFEST = ROOT / "docs" / "images" / "pictures.json"
FRAME = ("shell", "filters", "session", "status", "numbers")
"""Modules of every page: the frame, which pictures show the least of, and what draws nothing."""


def manifest() -> dict[str, dict[str, str]]:
    """What the committed pictures rest on, by their names."""
    return json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else {}


@functools.cache
def digest(page: str) -> str:
    """A digest of everything that a picture of a page shows.

    Parameters
    ----------
    page : str
        The name of a file in pages/.
    """
    found = hashlib.sha256()
    for path in (ROOT / "pages" / f"{page}.py", *parts(page)):
        found.update("\n".join(sorted(seen(path.read_text("utf-8")))).encode())
    found.update(_data())
    return found.hexdigest()[:16]


@functools.cache
def _data() -> bytes:
    """The demo's data and the descriptions of its models."""
    places = [*(ROOT / "data" / "flights").glob("*.parquet"), *(ROOT / "data" / "models").glob("*.toml")]
    return b"".join(path.read_bytes() for path in sorted(places))


def parts(page: str) -> list[Path]:
    """Modules of the ui that a page imports itself, with the scripts and styles of components."""
    tree = ast.parse((ROOT / "pages" / f"{page}.py").read_text("utf-8"))
    names = {name for node in ast.walk(tree) for name in _imported(node)}
    found = [UI / f"{name.replace('.', '/')}.py" for name in sorted(names) if name not in FRAME]
    components = [path for path in found if path.parent.name == "components"]
    return (
        [path for path in found if path.is_file()]
        + [
            beside
            for path in components
            for ending in (".js", ".css")
            if (beside := path.with_suffix(ending)).is_file()
        ]
        + sorted(UI.glob("components/common.*") if components else [])
    )


def _imported(node: ast.AST) -> Iterator[str]:
    """Names below monitoring.ui that a statement imports."""
    if isinstance(node, ast.ImportFrom) and node.module == "monitoring.ui":
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitoring.ui."):
        yield (node.module or "").removeprefix("monitoring.ui.")


def seen(source: str) -> list[str]:
    r"""The texts and the elements of a module; of what is no Python, its lines.

    Examples
    --------
    >>> seen('"About."\nimport streamlit as st\nst.title("Drift")  # a title')
    ['Drift', 'st.title']
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return [line.strip() for line in source.splitlines() if line.strip()]
    told = {id(node) for node in ast.walk(tree) for node in _docstring(node)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            found.append(node.value)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st":
            found.append(f"st.{node.attr}")
    return sorted(found)


def _docstring(node: ast.AST) -> Iterator[ast.AST]:
    body = getattr(node, "body", None)
    if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and body:
        first = body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            yield first.value
