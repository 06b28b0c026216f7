"""What a model's description says of money: the price of every decision, and that of a retraining."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

Price = Annotated[float, Field(allow_inf_nan=False)]


class Costs(BaseModel, extra="forbid", frozen=True):
    r"""What a row costs by its label and its decision, in the user's currency; a gain is a negative cost.

    A binary model names its two wrong decisions, a multiclass one every wrong pair of label and decision;
    right decisions cost nothing unless they are named too. ``retrain``, ``risk`` and ``horizon_days`` are for
    the retraining advice: what a retraining costs, what may go wrong with it, and how long its gain lasts.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> text = 'name = "churn"\ntask = "binary"\n[costs]\nfalse_positive = 5\n'
    >>> parse(text + "false_negative = 80").prices
    ((0.0, 5.0), (80.0, 0.0))
    >>> parse(text)
    Traceback (most recent call last):
    monitoring.models.ModelError: costs.false_negative: missing; every wrong decision needs its price
    """

    currency: str = Field(default="", max_length=12)
    false_positive: Price | None = None
    false_negative: Price | None = None
    true_positive: Price = 0.0
    true_negative: Price = 0.0
    matrix: dict[str, dict[str, Price]] = Field(default_factory=dict)
    retrain: Price | None = Field(default=None, ge=0)
    risk: Price = Field(default=0.0, ge=0)
    horizon_days: Price = Field(default=90.0, gt=0)

    @property
    def unit(self) -> str:
        """The currency, or a word for it."""
        return self.currency or "units of cost"

    def prices(self, classes: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        """The price of a row by label and decision; of a binary model the negative comes first."""
        if not classes:
            wrong = (self.false_positive or 0.0, self.false_negative or 0.0)
            return (self.true_negative, wrong[0]), (wrong[1], self.true_positive)
        return tuple(
            tuple(self.matrix.get(label, {}).get(decision, 0.0) for decision in classes) for label in classes
        )

    def fault(self, task: str, classes: tuple[str, ...]) -> str:
        """What is wrong with the costs of a model of that task, in words that name the key; '' if nothing."""
        if task == "regression":
            return "costs: a regression makes no decisions that could be priced; remove [costs]"
        return self._binary_fault() if task == "binary" else self._matrix_fault(classes)

    def _binary_fault(self) -> str:
        if self.matrix:
            return (
                "costs.matrix: is for multiclass models; a binary one names false_positive and false_negative"
            )
        for name in ("false_positive", "false_negative"):
            if getattr(self, name) is None:
                return f"costs.{name}: missing; every wrong decision needs its price"
        return ""

    def _matrix_fault(self, classes: tuple[str, ...]) -> str:
        cells = {"false_positive", "false_negative", "true_positive", "true_negative"}
        for name in sorted(cells & self.model_fields_set):
            return f"costs.{name}: is for binary models; a multiclass one has [costs.matrix.<label>]"
        for label, row in self.matrix.items():
            for key in (label, *row):
                if key not in classes:
                    return f"costs.matrix.{label}: {key!r} is no class; one of: {', '.join(classes)}"
        for label in classes:
            for decision in classes:
                if label != decision and decision not in self.matrix.get(label, {}):
                    return f"costs.matrix.{label}.{decision}: missing; every wrong decision needs its price"
        return ""
