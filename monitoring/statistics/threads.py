"""Numeric libraries kept to one thread where several are slower."""

from __future__ import annotations

import functools
import sys
from contextlib import AbstractContextManager

from threadpoolctl import ThreadpoolController

_BRINGERS = ("scipy.linalg", "sklearn.utils")  # modules that load libraries with threads of their own


def one_thread() -> AbstractContextManager[object]:
    """Keep the numeric libraries that are loaded to one thread while a block runs.

    Looking for them takes milliseconds, so they are looked for again only when more may have come.

    Examples
    --------
    >>> with one_thread():
    ...     pass
    """
    return _loaded(*(name in sys.modules for name in _BRINGERS)).limit(limits=1)


@functools.cache
def _loaded(*brought: bool) -> ThreadpoolController:
    return ThreadpoolController()
