"""Static pictures: elements of SVG as values, written with everything escaped.

A picture is as wide as the room it is given: its horizontal places are per cent, its vertical ones pixels, so
that words keep their size on a phone and on paper. Lines and areas, which take no per cent, stand in a field
of a thousand units that is stretched. Colours are named by class; the document's style gives them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FIELD = 1000.0
"""Units from the left to the right end of a field."""
_INSET = 1.2  # per cent that are kept free at either end, so that marks are not cut
# What has no shape on a page, or turns the words around it: control characters and overrides of direction.
_UNSEEN = {code: " " for code in (*range(32), *range(127, 160))} | {
    code: "" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFFFE, 0xFFFF)
}
_UNSEEN |= {code: "\ufffd" for code in range(0xD800, 0xE000)}


@dataclass(frozen=True)
class Element:
    """An element, or a whole picture, as text that is safe to stand in a page.

    Attributes
    ----------
    text : str
        Well-formed; made by `element` alone.
    """

    text: str

    def __html__(self) -> str:
        """What a template writes."""
        return self.text


def element(tag: str, *inside: Element | str, **attributes: str | float | None) -> Element:
    """Write an element; texts inside and values of attributes are escaped.

    Parameters
    ----------
    tag : str
        One of ours, never from data.
    *inside : Element or str
    **attributes : str or float, optional
        By name, with an underscore for a hyphen and ``class_`` for a class; those that are None are left out.

    Returns
    -------
    Element

    Examples
    --------
    >>> element("text", "R&D <b>", x="5%", class_="tick", text_anchor=None).text
    '<text x="5%" class="tick">R&amp;D &lt;b&gt;</text>'
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(_written(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    held = "".join(one.text if isinstance(one, Element) else html.escape(clean(one)) for one in inside)
    return Element(f"<{tag}{given}>{held}</{tag}>")


def clean(text: str) -> str:
    r"""Text without what cannot be seen: control characters, and marks that turn the words around them.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> clean("a\x00b\u202ec")
    'a bc'
    """
    return str(text).translate(_UNSEEN)


def cut(text: str, most: int = 26) -> str:
    """A text that fits a label, its end left out.

    Parameters
    ----------
    text : str
    most : int
        Characters.

    Examples
    --------
    >>> cut("a very long name of a category", 10)
    'a very lo…'
    """
    whole = " ".join(clean(text).split())
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def _written(value: str | float) -> str:
    """Numbers in as few digits as a screen can show."""
    if isinstance(value, str):
        return clean(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")


def picture(
    title: str, description: str, height: float, inside: Iterable[Element], *, scaled: bool = False
) -> Element:
    """A whole picture with its name and what it shows, for those who do not see it.

    Parameters
    ----------
    title, description : str
        Plain text.
    height : float
        In pixels.
    inside : iterable of Element
    scaled : bool
        Whether words stand left of it, for which the style keeps room.
    """
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *inside,
        class_="chart scaled" if scaled else "chart",
        role="img",
        width="100%",
        height=height,
        aria_label=f"{title}. {description}",
    )


def field(top: float, height: float, inside: Iterable[Element]) -> Element:
    """The stretched field for lines and areas; its vertical units are pixels from its top.

    Parameters
    ----------
    top, height : float
        In pixels.
    inside : iterable of Element
    """
    return element(
        "svg",
        *inside,
        x="0",
        y=top,
        width="100%",
        height=height,
        viewBox=f"0 0 {FIELD:g} {height:g}",
        preserveAspectRatio="none",
        overflow="visible",
        aria_hidden="true",
    )


def across(share: float) -> str:
    """A horizontal place from 0, the left end, to 1, the right one.

    Examples
    --------
    >>> across(0), across(0.5), across(1)
    ('1.2%', '50%', '98.8%')
    """
    return f"{_written(_INSET + (100 - 2 * _INSET) * share)}%"


def wide(share: float) -> str:
    """A width as a part of the whole.

    Examples
    --------
    >>> wide(0.5)
    '48.8%'
    """
    return f"{_written((100 - 2 * _INSET) * share)}%"


def line(points: Sequence[tuple[float, float]], class_: str, *, closed: bool = False) -> Element:
    """A line, or an area, through points of a field: shares across and pixels down.

    Parameters
    ----------
    points : sequence of (float, float)
    class_ : str
    closed : bool
        Whether it is an area.
    """
    scale, left = FIELD * (1 - 2 * _INSET / 100), FIELD * _INSET / 100
    steps = " ".join(f"{_written(left + scale * x)},{_written(y)}" for x, y in points)
    end = "Z" if closed else ""
    return element("path", d=f"M{steps}{end}", class_=class_, vector_effect="non-scaling-stroke")
