"""What values of labels and scores mean: which is the event, and from where on a score means it."""

from __future__ import annotations

from monitoring.onboarding.detection import Detection
from monitoring.store.sampled import Split

EVENTS = ("1", "true", "yes", "y", "t", "positive", "pos", "ja", "oui", "si", "sí", "sim", "да", "是")
HALF = 0.5


def canonical(value: str) -> str:
    """A value as labels are stored: whole numbers without a fraction, booleans as 0 and 1.

    Examples
    --------
    >>> canonical("1.0"), canonical("TRUE"), canonical("late")
    ('1', '1', 'late')
    """
    if value.lower() in ("true", "false"):
        return str(int(value.lower() == "true"))
    whole, dot, rest = value.partition(".")
    return whole if dot and whole.lstrip("-").isdigit() and not rest.strip("0") else value


def positive(stated: str | None, found: Detection) -> tuple[str, str]:
    """Which value of the label is the event, and why.

    Parameters
    ----------
    stated : str or None
        What a person says.
    found : Detection
    """
    if stated is not None:
        return canonical(stated), "you say so"
    name = found.column("label") or found.column("prediction")
    values = [value for value, _ in found.sample.column(name).values] if name else []
    for value in values:
        if value.lower() in EVENTS or canonical(value) == "1":
            return canonical(value), "usual for an event"
    split = _split(found, name)
    if split is not None and len(values) == 2:
        return canonical(split.upper), f"its rows have the larger {split.score} on average"
    if len(values) == 1 and values[0] not in ("0", "0.0", "false", "no"):
        return canonical(values[0]), "the only value so far"
    return "1", "usual"


def threshold(stated: float | None, found: Detection) -> tuple[float, str]:
    """From where on a score means the event, and why.

    Parameters
    ----------
    stated : float or None
        What a person says.
    found : Detection
    """
    if stated is not None:
        return stated, "you say so"
    name = found.column("prediction")
    split = _split(found, name) if name else None
    if split is None or split.cut is None or split.cut[0] < HALF <= split.cut[1]:
        return HALF, "usual"
    low, high = split.cut
    for digits in (1, 2, 3, 4):  # the roundest number that parts them
        value = round((low + high) / 2, digits)
        if low < value <= high:
            return value, f"{name} changes between {low:g} and {high:g}"
    return high, f"{name} changes there"


def _split(found: Detection, column: str) -> Split | None:
    score = found.column("score")
    return next((one for one in found.sample.splits if (one.score, one.column) == (score, column)), None)
