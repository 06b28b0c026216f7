"""The source of a component: what all share, then its own JavaScript and CSS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.components.v2 import component as register

from monitoring.ui.status import MARKS

_HERE = Path(__file__).parent
# Sent along with the data, so that the words are written in one place.
WORDS = {status: {"word": mark.word, "shape": mark.shape} for status, mark in MARKS.items()}


def component(name: str) -> Any:
    """Register a component and return what mounts it.

    Parameters
    ----------
    name : str
        The stem of its ``.js`` and ``.css`` files in this folder.
    """
    script, style = (
        "\n".join((_HERE / f"{stem}.{kind}").read_text(encoding="utf-8") for stem in ("common", name))
        for kind in ("js", "css")
    )
    return register(
        f"lookout_{name}", html='<div class="root"></div>', css=style, js=script, isolate_styles=True
    )
