"""Can a model tell two samples apart, and by which columns? If not, nothing that matters has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.auc import placements, roc_auc
from monitoring.statistics.shuffling import shuffled_scores
from monitoring.statistics.tables import tables, varying
from monitoring.statistics.threads import one_thread

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

LEAST_ROWS = 100
ATTRIBUTED_ROWS = 4_000
TREES = {"max_iter": 40, "max_leaf_nodes": 15, "min_samples_leaf": 50, "early_stopping": False}


@dataclass(frozen=True)
class DomainClassifier:
    """How well held-out rows of two samples are told apart, and by which columns.

    ``auc`` is 1/2 where nobody can tell and 1 where everybody can, with its interval; ``p_value`` is
    one-sided. ``attribution`` of shape (columns,) is how much of the area is lost without the column,
    ``attribution_error`` its standard error.
    """

    auc: float
    lower: float
    upper: float
    p_value: float
    reference_rows: int
    current_rows: int
    attribution: Floats
    attribution_error: Floats


def domain_classifier(
    reference: ArrayLike,
    current: ArrayLike,
    categorical: ArrayLike,
    *,
    seed: int = 0,
    attribute: bool = True,
    progress: Callable[[float, str], None] | None = None,
) -> DomainClassifier:
    """A boosted-tree classifier of reference against current rows, judged on rows it has not seen.

    It learns from a random half of each sample and is judged on the other half: held-out scores are
    independent, so the Mann-Whitney test keeps its size, which pooled cross-validation does not. Changes of
    one column and of how columns depend on each other are both seen.

    A column's attribution is the fall of the held-out area when its values are shuffled among at most 4,000
    held-out rows of each side, once. It is noise, of either sign, within two errors. Columns that say the
    same share it or hide each other, and columns that only together give the change away all have it, so
    attributions do not add up.

    Parameters
    ----------
    reference, current : array_like of shape (rows, columns)
        nan and infinite values are missing, and so is a negative code; being missing can give a row away.
        The caller bounds the rows: 20,000 of each are plenty.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254; the caller pools rarer categories.
    seed : int
        For the halves and the shuffling.
    attribute : bool
        Whether to spend most of the time on attributions; they are nan otherwise.
    progress : callable, optional
        Told the share done and what is being done.

    Returns
    -------
    DomainClassifier

    Raises
    ------
    ValueError
        If a side has fewer than 100 rows, columns differ, or a code is no whole number from 0 to 254.

    References
    ----------
    Lopez-Paz, D. and Oquab, M. (2017). Revisiting classifier two-sample tests. *ICLR*. Breiman, L. (2001).
    Random forests, section 10. *Machine Learning* 45.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> before, after = generator.normal(size=(2, 1000, 3))
    >>> after[:, 1] += 1
    >>> found = domain_classifier(before, after, [False] * 3)
    >>> found.lower > 0.6, found.p_value < 0.001, int(found.attribution.argmax())
    (True, True, 1)
    """
    r, c, mask = tables(reference, current, categorical, least=LEAST_ROWS)
    say = progress or (lambda share, what: None)
    generator = np.random.default_rng(seed)
    # Shuffled once: first halves are learnt from, second halves held out.
    r, c = (side[generator.permutation(len(side))] for side in (r, c))
    half_r, half_c = len(r) // 2, len(c) // 2
    with one_thread():  # several threads are slower than one here
        say(0.0, "learning to tell current from reference rows")
        learnt = np.concatenate([r[:half_r], c[:half_c]])
        useful = np.flatnonzero(varying(learnt))
        known = mask[useful]
        model = _model(learnt[:, useful], np.arange(len(learnt)) >= half_r, known)
        held_r, held_c = r[half_r:, useful], c[half_c:, useful]
        auc = roc_auc(_scores(model, held_r), _scores(model, held_c))
        drop, error = np.full((2, r.shape[1]), 0.0 if attribute else np.nan)
        if not attribute:
            return DomainClassifier(auc.value, auc.lower, auc.upper, auc.p_value, len(r), len(c), drop, error)
        sides = held_r[:ATTRIBUTED_ROWS], held_c[:ATTRIBUTED_ROWS]
        for column, (fall, its_error) in enumerate(_attributions(model, known, *sides, generator, say)):
            drop[useful[column]], error[useful[column]] = fall, its_error
    say(1.0, "told apart")
    return DomainClassifier(auc.value, auc.lower, auc.upper, auc.p_value, len(r), len(c), drop, error)


def _model(
    rows: Floats, labels: NDArray[np.bool_], mask: NDArray[np.bool_]
) -> HistGradientBoostingClassifier | None:
    """A model of labels; None without a column that varies."""
    if not rows.shape[1]:
        return None
    settings: dict[str, Any] = {**TREES, "categorical_features": mask, "random_state": 0}
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**settings).fit(rows, labels)


def _scores(model: HistGradientBoostingClassifier | None, rows: Floats) -> Floats:
    """The higher, the likelier current; all alike without a model."""
    return np.zeros(len(rows)) if model is None else model.decision_function(rows)


def _attributions(
    model: HistGradientBoostingClassifier | None,
    mask: NDArray[np.bool_],
    reference: Floats,
    current: Floats,
    generator: np.random.Generator,
    say: Callable[[float, str], None],
) -> Iterator[tuple[float, float]]:
    """For each column the fall of the area when it is shuffled, and DeLong's error of the difference."""
    if model is None:
        return
    rows, n = np.concatenate([reference, current]), len(reference)
    scores = _scores(model, rows)
    intact = placements(scores[:n], scores[n:])
    for column, scores in enumerate(shuffled_scores(model, rows, mask, generator)):
        say(0.3 + 0.7 * column / rows.shape[1], f"column {column + 1} of {rows.shape[1]}")
        falls = [a - b for a, b in zip(intact, placements(scores[:n], scores[n:]), strict=True)]
        yield float(falls[1].mean()), sum(fall.var(ddof=1) / len(fall) for fall in falls) ** 0.5
