"""The counts of odd rows of a model, from the store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monitoring import reasons
from monitoring.models import Model
from monitoring.store import Store, outlier_fits, outliers, reference_rows
from monitoring.store.outlier_fits import Fit
from monitoring.store.outliers import Counts
from monitoring.windows import Window


class NotScoredError(ValueError):
    """The rows of a model cannot be scored.

    Attributes
    ----------
    code : str
        The reason, see `monitoring.reasons`.
    facts : dict of str to str
        For its sentence.
    """

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(f"{reasons.sentence(code, **facts)}. {reasons.fix(code)}")
        self.code, self.facts = code, facts


def _why(fit: Fit | None) -> NotScoredError:
    if fit is not None and fit.saturated and fit.held_rows >= outlier_fits.FEWEST_HELD:
        return NotScoredError("as_odd_as_can_be")
    if fit is not None and fit.total >= 2 * outlier_fits.FEWEST_HELD:
        return NotScoredError("not_scored")
    return NotScoredError("few_held_back", rows=f"{fit.total if fit else 0:,}")


@dataclass(frozen=True, eq=False)
class Found:
    """What is known of the odd rows of a model.

    Attributes
    ----------
    model : Model
    fit : Fit
        What rows are scored by.
    counts : Counts
        By profile key.
    reference : Window or None
        Its keys in the log; None where it is a file.
    reference_words : str
    data_until : datetime or None
        The newest row, in UTC.
    """

    model: Model
    fit: Fit
    counts: Counts
    reference: Window | None
    reference_words: str
    data_until: dt.datetime | None


def read(store: Store, name: str) -> Found:
    """Everything that rates are judged from.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.

    Raises
    ------
    UnknownModel
        If no model has the name.
    NotScoredError
        If there is no reference, or it has too few rows, or no feature has a value in it.
    """
    model = store.model(name)
    if model.reference is None:
        raise NotScoredError("no_reference")
    fit = outliers.fit(store, name)
    if fit is None or not fit.usable:
        raise _why(fit)
    span, counts = store.span(name), outliers.counts(store, name)
    window, words = reference_rows.reference_window(model), model.reference.words
    return Found(model, fit, counts, window, words, span.data_until)
