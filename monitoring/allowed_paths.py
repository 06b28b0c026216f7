"""Which folders may be read when somebody types a path into the app: those the operator listed, no others."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "LOOKOUT_PATHS"
"""The environment's list of folders, separated as the system separates paths (``:``, on Windows ``;``)."""


class PathNotAllowedError(ValueError):
    """A path lies outside the folders that may be read; the message says which these are."""


def folders() -> list[Path]:
    """The folders whose files may be read, links resolved; empty while none are listed.

    Examples
    --------
    >>> import unittest.mock
    >>> with unittest.mock.patch.dict(os.environ, {VARIABLE: ""}):
    ...     folders()
    []
    """
    listed = os.environ.get(VARIABLE, "").split(os.pathsep)
    found = [Path(one).expanduser() for one in listed if one.strip()]
    return [one.resolve() for one in found if one.is_absolute() and one.is_dir()]


def resolved(text: str, also: tuple[Path, ...] = ()) -> Path:
    """The file or folder that a typed path means, if it may be read.

    Links are followed before it is looked at, so none leads out of the listed folders.

    Parameters
    ----------
    text : str
        A relative path is looked up in each listed folder in turn.
    also : tuple of Path
        Further folders that may be read.

    Raises
    ------
    PathNotAllowedError
        If no folder is listed, the path lies outside of them, or nothing is there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "may.csv").write_text("a")
    ...     resolved("may.csv", also=(Path(folder),)).name
    'may.csv'
    """
    roots = [*folders(), *(one.resolve() for one in also)]
    if not roots:
        raise PathNotAllowedError(
            f"no folder may be read from here; list folders in the environment's {VARIABLE} and start the "
            "app anew"
        )
    named = ", ".join(map(str, roots))
    if not text.strip() or "\0" in text:
        raise PathNotAllowedError(f"no path; name a file under {named}")
    path = Path(text.strip()).expanduser()
    tried = [path] if path.is_absolute() else [root / path for root in roots]
    for one in tried:
        try:
            real = one.resolve()
            inside = any(real == root or real.is_relative_to(root) for root in roots)
            if inside and real.exists():
                return real
        except (OSError, RuntimeError):  # a name that is too long, a link that leads to itself
            continue
    raise PathNotAllowedError(f"{text.strip()[:200]}: no such file under {named}")
