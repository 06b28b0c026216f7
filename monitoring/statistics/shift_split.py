"""Why performance moved: other rows, another share of labels, or the same rows with other labels?

The change of a mean over rows (accuracy, a cost, a loss) is split between a change of the features' law and a
change of the labels given the features. What can be told apart rests on an assumption, and two are tried:

* *Covariate route*: labels given features are kept. Then reference rows weighted by features to look like the
  current ones show what the shift of features alone does; what is left is concept drift.
* *Label route*: features given labels are kept. Then reference rows weighted by their label show it all; what
  is left is concept drift. Features shift too then, but only as a mixture of the same two laws.

Both assumptions cannot be proved. The label route is taken only if the label shares did change, rows of one
label look alike before and after, and they also fare alike. Otherwise a changed share of labels counts as
part of what changed it: as covariate where features explain it, as concept where they do not. Features that
were not logged count as concept. A feature law outside the reference's support is not split at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.label_shift import LEVEL, Rows, alike, by_label, shares_changed
from monitoring.statistics.mixing import MixRate
from monitoring.statistics.weighting import DomainWeights, domain_weights

MAIN_SHARE = 0.5

Cause = Literal["covariate", "label share", "concept", "undecided"]


@dataclass(frozen=True)
class Part:
    """A part of the change, its standard error and the ends of its interval."""

    value: float
    error: float
    lower: float
    upper: float

    @property
    def sure(self) -> bool:
        """Whether the interval excludes 0."""
        return self.lower > 0 or self.upper < 0


@dataclass(frozen=True)
class ShiftSplit:
    """A change of performance, current minus reference, taken apart.

    Attributes
    ----------
    change : Part
    covariate, label_share, concept : Part
        They sum to the change; nan where nothing can be split. Off the label route ``label_share`` is 0.
    cause : {'covariate', 'label share', 'concept', 'undecided'}
        The part that is surely there and makes up at least half of all parts' sizes.
    route : {'covariate', 'label', 'none'}
        The assumption that the split rests on.
    by_label : MixRate
        The exact split into label shares (mix) and what happened to rows of one label (rate), which rests on
        no assumption but does not tell a cause.
    weights : DomainWeights
    alike : float
        p-value that rows of one label look alike before and after; nan where it was not tried.
    reason : str
        In words, why that cause or why none.
    """

    change: Part
    covariate: Part
    label_share: Part
    concept: Part
    cause: Cause
    route: Literal["covariate", "label", "none"]
    by_label: MixRate
    weights: DomainWeights
    alike: float
    reason: str


def shift_split(
    reference: Rows, current: Rows, categorical: ArrayLike, *, level: float = 0.95, seed: int = 0,
    groups: tuple[ArrayLike, ArrayLike] | None = None,
) -> ShiftSplit:  # fmt: skip
    """Split the change of a row mean into covariate, label-share and concept parts.

    Intervals are those of the influence of single rows, with the weights taken as given; the covariate part
    also carries the sampling of the current rows, as if their features said all about the value, so its
    interval is somewhat wide. Tempered weights give up some of a large shift, which then counts as concept.

    Parameters
    ----------
    reference, current : Rows
        Labelled rows, bounded by the caller: 20,000 a side are plenty. Rows whose value or label is nan do
        not count.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254.
    level : float
        Confidence of the intervals.
    seed : int
        For the classifiers' folds and halves.
    groups : tuple of two array_like, optional
        What the rows of each side are grouped by, such as days, when rows are told apart: see
        `monitoring.statistics.weighting.domain_weights`.

    Returns
    -------
    ShiftSplit

    Raises
    ------
    ValueError
        If a side has fewer than 100 rows, or shapes disagree.

    References
    ----------
    Cai, T., Namkoong, H. and Yadlowsky, S. (2023). Diagnosing model performance under distribution shift.
    *arXiv* 2303.02011. Lipton, Z., Wang, Y. and Smola, A. (2018). Detecting and correcting for label shift
    with black box predictors. *ICML*.

    Examples
    --------
    Rows with a larger second feature fare worse, and there are more of them now:

    >>> generator = np.random.default_rng(0)
    >>> def rows(mean):
    ...     x = generator.normal(size=(2000, 2)) + [0.0, mean]
    ...     right = generator.uniform(size=2000) < 1 / (1 + np.exp(x[:, 1] - 2))
    ...     return Rows(x, right.astype(float), generator.integers(0, 2, size=2000).astype(float))
    >>> found = shift_split(rows(0.0), rows(0.8), [False, False])
    >>> found.cause, bool(found.change.value < -0.08), bool(found.covariate.value < -0.05)
    ('covariate', True, True)
    """
    kept = [_known(side) for side in (reference, current)]
    r, c = (_part_of(side, rows) for side, rows in zip((reference, current), kept, strict=True))
    days = None
    if groups is not None:
        days = np.asarray(groups[0])[kept[0]], np.asarray(groups[1])[kept[1]]
    weights = domain_weights(r.features, c.features, categorical, seed=seed, groups=days)
    z = float(special.ndtri((1 + level) / 2))
    change = _part(c.value.mean() - r.value.mean(), (_variance(r.value) + _variance(c.value)) ** 0.5, z)
    exact = by_label(r, c, level=level)
    if not weights.supported:
        gap = _part(float("nan"), float("nan"), z)
        reason = "Current rows lie outside what the reference holds, so their share of the change is unknown."
        return ShiftSplit(change, gap, gap, gap, "undecided", "none", exact, weights, float("nan"), reason)
    p_value = alike(r, c, categorical, seed=seed) if shares_changed(r, c) else float("nan")
    # Rows of one label have to fare alike as well, or something else than their share has changed.
    same = abs(exact.rate.value) <= special.ndtri(1 - LEVEL / 2) * exact.rate.error
    label_route = bool(p_value >= LEVEL and same)
    parts = _label_parts(exact, z) if label_route else _covariate_parts(r, c, weights.weight, z)
    cause = _cause(parts)
    return ShiftSplit(
        change,
        parts["covariate"],
        parts["label share"],
        parts["concept"],
        cause,
        "label" if label_route else "covariate",
        exact,
        weights,
        p_value,
        REASONS[cause],
    )


REASONS: dict[Cause, str] = {
    "covariate": "Other rows come now, and the reference fared as badly or as well on rows like them.",
    "label share": "Labels come in other shares; rows of one label look and fare as before.",
    "concept": "Rows like those of the reference fare differently: labels depend on features in another way.",
    "undecided": "No part of the change is both certain and the larger one.",
}


def _known(rows: Rows) -> NDArray[np.bool_]:
    """Which rows have a value and a label."""
    features, value, label = (np.asarray(part, dtype=float) for part in vars(rows).values())
    if features.ndim != 2 or not len(features) == len(value) == len(label):
        raise ValueError(
            f"features, values and labels of {[len(part) for part in (features, value, label)]} rows"
        )
    return ~(np.isnan(value) | np.isnan(label))


def _part_of(rows: Rows, kept: NDArray[np.bool_]) -> Rows:
    return Rows(*(np.asarray(part, dtype=float)[kept] for part in vars(rows).values()))


def _part(value: float, error: float, z: float) -> Part:
    return Part(float(value), float(error), float(value - z * error), float(value + z * error))


def _variance(value: Floats) -> float:
    """Of the mean."""
    return float(value.var(ddof=1)) / len(value)


def _covariate_parts(r: Rows, c: Rows, weight: Floats, z: float) -> dict[Cause, Part]:
    """The weighted reference stands between the two sides."""
    share = weight / weight.sum()
    middle = float(share @ r.value)
    around = share * (r.value - middle)
    own = (r.value - r.value.mean()) / len(r.value)
    spread = float(share @ (r.value - middle) ** 2) / len(c.value)
    covariate = middle - r.value.mean()
    concept = c.value.mean() - middle
    return {
        "covariate": _part(covariate, float(((around - own) ** 2).sum() + spread) ** 0.5, z),
        "label share": _part(0.0, 0.0, z),
        "concept": _part(concept, float((around**2).sum() + _variance(c.value)) ** 0.5, z),
    }


def _label_parts(exact: MixRate, z: float) -> dict[Cause, Part]:
    return {
        "covariate": _part(0.0, 0.0, z),
        "label share": _part(float(exact.mix.value), float(exact.mix.error), z),
        "concept": _part(float(exact.rate.value), float(exact.rate.error), z),
    }


def _cause(parts: dict[Cause, Part]) -> Cause:
    total = sum(abs(part.value) for part in parts.values())
    largest = max(parts, key=lambda name: abs(parts[name].value))
    main = parts[largest]
    return largest if main.sure and abs(main.value) >= MAIN_SHARE * total > 0 else "undecided"
