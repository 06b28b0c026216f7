"""One feature in every segment: the same table as for features, a row per segment."""

from __future__ import annotations

import numpy as np

from monitoring import drift, reasons
from monitoring.drift import Assessment, Signal
from monitoring.drift.scores import CODES
from monitoring.ui.components.ranking import Ranked
from monitoring.ui.drift_rows import allowed, measure_title, number, shown_check, shown_status
from monitoring.ui.drift_view import View
from monitoring.ui.numbers import count

Judged = dict[str, tuple[Assessment, Signal]]


def rows(view: View, found: Judged) -> list[Ranked]:
    """A row per segment, the one to look at first on top, those with too few rows last and grey.

    Parameters
    ----------
    view : View
        Which chunk is judged and which are shown.
    found : dict
        Assessment and colours by ``column=value``, each of one feature.
    """
    last = view.assessment.keys[view.last].start
    made = [row for label, pair in found.items() if (row := _row(view, label, *pair, last)) is not None]
    order = {"red": 0, "amber": 1, "green": 2, "grey": 3}
    return sorted(made, key=lambda row: (order[row.status], -(row.ratio or 0.0), row.name))


def _row(view: View, label: str, assessment: Assessment, colours: Signal, last) -> Ranked | None:
    """One segment at the judged chunk; None where it has no chunk there at all.

    A segment with too few rows in the chunk is grey, whatever longer windows say of it.
    """
    places = [i for i, key in enumerate(assessment.keys) if key.start == last]
    if not places or not assessment.features:
        return None
    place = places[0]
    feature = drift.verdict(assessment, colours, at=last).features[0]
    single = assessment.checks["chunk"]
    small = CODES[single.reason[0, place]] in ("too_few_rows", "no_data")
    check = "chunk" if small else shown_check(feature)
    status, reason = (
        ("grey", CODES[single.reason[0, place]]) if small else (shown_status(feature), feature.reason)
    )
    scores = assessment.checks[check]
    value, limit = float(scores.value[0, place]), float(allowed(scores)[0, place])
    held = float(np.nan_to_num(single.rows[0, place]))
    known = {key.start: i for i, key in enumerate(assessment.keys)}
    shown = [known.get(key.start) for key in view.assessment.keys[view.shown]]
    why = f" · {reasons.REASONS[reason].words}" if status == "grey" and reason else ""
    return Ranked(
        name=label,
        title=label,
        note=f"{count(held)} rows{why}",
        status=status,
        importance=held,
        measure=measure_title(assessment, 0, check),
        value_text=number(check, value),
        limit_text=number(check, limit),
        ratio=value / limit if limit > 0 and np.isfinite(value) else None,
        limit=limit if np.isfinite(limit) else None,
        floor=None,
        series=np.array([np.nan if i is None else scores.value[0, i] for i in shown]),
    )
