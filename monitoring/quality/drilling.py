"""From a number to the rows behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from monitoring.quality.profiled import tail_slots
from monitoring.quality.reading import Material
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.behind import Behind, Outside

OF_LABELS = ("label_early", "label_unknown")
OF_QUARANTINE = {"changed_type": "changed_type", "duplicate_ids": "duplicate_id"}
"""Checks whose rows never came into the log, by their reason in the quarantine."""
OF_FILES = ("column_missing", "column_new")


def rows(
    store: Store, found: Material, check: str, subject: str, window: Window, *, first: int = 0, most: int = 50
) -> Behind:
    """The rows of a window that a check counts, oldest first.

    Parameters
    ----------
    store : Store
    found : Material
        What the check was made from.
    check, subject : str
    window : Window
        Of profile keys.
    first, most : int
        Where the page begins and how many rows it has, at most 200.

    Raises
    ------
    StoreError
        If there is no such feature or rule.
    """
    from monitoring.store import behind

    name, page = found.model.name, {"first": first, "most": most}
    if check in OF_LABELS:
        shown = behind.labels(store, name, check, window, **page)
        return behind.Behind(shown, -1)
    if check in OF_QUARANTINE:
        shown, total = behind.set_aside(store, name, OF_QUARANTINE[check], **page)
        return behind.Behind(shown, total)
    if check in OF_FILES:
        shown = behind.files(store, name, subject, window, having=check == "column_new")
        return behind.Behind(shown.iloc[first : first + most], len(shown))
    column, _, value = found.segment.partition("=")
    bounds = outside(found, check, subject)
    return behind.rows(store, name, check, subject, window, segment=(column, value), outside=bounds, **page)


def outside(found: Material, check: str, subject: str) -> Outside | None:
    """The bounds beyond which a check counts a number; None for checks that have none.

    Parameters
    ----------
    found : Material
    check, subject : str
    """
    from monitoring.store.behind import Outside

    if check not in ("below_range", "above_range", "beyond_quantiles", "varying") or found.profile is None:
        return None
    cube = found.profile.only(subject).cube
    if not cube.grids[0].numeric or not cube.grids[0].edges:
        return None
    edges = cube.grids[0].edges
    if check == "varying":
        return Outside(edges[0], edges[0])
    if check != "beyond_quantiles":
        return Outside(low=edges[0]) if check == "below_range" else Outside(high=edges[-1])
    reference = found.profile.reference
    inside = np.array([reference.holds(key) for key in cube.chunks], dtype=bool)
    low, high = (one[0] for one in tail_slots(cube, inside))
    lowest = int(np.flatnonzero(~low)[0]) - 1  # the last slot of the lower tail
    highest = int(np.flatnonzero(high)[0])
    return Outside(edges[max(lowest - 1, 0)], edges[highest - 2], reached=lowest > 0)
