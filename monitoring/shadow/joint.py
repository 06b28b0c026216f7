"""What both versions said and what came of it, by window: tables of decisions, cells of scores, losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitoring.shadow.reading import Pairs
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, MulticlassOutcomes
from monitoring.store.pair_subjects import PAIRED

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Joint:
    """Pairs of several windows, each a set of the keys of `Pairs`; the windows are the leading axis G.

    Attributes
    ----------
    pairs : Pairs
    windows : sequence of ndarray of int
        The places of the keys of each.
    """

    pairs: Pairs
    windows: Sequence[Places]

    @cached_property
    def window_of(self) -> Places:
        """The window of each key, -1 for keys of none."""
        found = np.full(len(self.pairs.keys), -1, dtype=np.intp)
        for number, places in enumerate(self.windows):
            found[places] = number
        return found

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The classes of the model, of a binary one the event last; ('',) for a regression."""
        model = self.pairs.model
        if model.task == "regression":
            return ("",)
        return model.classes if model.task == "multiclass" else ("", model.positive)

    @cached_property
    def tables(self) -> Floats:
        """Labelled pairs by label, champion's decision and shadow's, of shape (G, L, D, D).

        Pairs that one of them did not decide are left out.
        """
        tally, grid = self.pairs.cube.labelled, self.pairs.cube.grid
        counted = self._by_label(tally.decisions(grid))
        return counted[..., : grid.decisions - 1, : grid.decisions - 1]

    @cached_property
    def agreement(self) -> Floats:
        """All pairs by the champion's decision and the shadow's, of shape (G, D, D), labelled or not."""
        tally, grid = self.pairs.cube.all, self.pairs.cube.grid
        known = grid.decisions - 1
        return self._gathered(tally.decisions(grid))[:, :known, :known]

    @cached_property
    def cells(self) -> Floats:
        """Labelled pairs with both scores by label and scores, of shape (G, L, A, B)."""
        grid, tally = self.pairs.cube.grid, self.pairs.cube.labelled
        first, second = grid.shape[:2]
        many = first * second
        at = tally.place * many + tally.cell // grid.decisions**2
        found = np.bincount(at, tally.counts, int(np.prod(tally.shape)) * many).astype(float)
        return self._by_label(found.reshape(*tally.shape, first, second))[..., :-1, :-1]

    @cached_property
    def scores(self) -> Floats:
        """All pairs by both scores, of shape (G, A, B)."""
        grid, tally = self.pairs.cube.grid, self.pairs.cube.all
        first, second = grid.shape[:2]
        at = tally.place * first * second + tally.cell // grid.decisions**2
        found = np.bincount(at, tally.counts, tally.shape[0] * first * second).astype(float)
        return self._gathered(found.reshape(tally.shape[0], first, second))[:, :-1, :-1]

    def moment(self, name: str) -> Floats:
        """A sum over labelled pairs, by key: of shape (keys,)."""
        cube = self.pairs.cube
        return cube.labelled.moments[..., cube.names.index(name)].sum(axis=0)

    def of_all(self, name: str) -> Floats:
        """A sum over all pairs, by key: of shape (keys,)."""
        return self.pairs.cube.all.moments[..., PAIRED.index(name)]

    def summed(self, by_key: Floats) -> Floats:
        """Sums by key added up by window: of shape (G, ...)."""
        return self._gathered(by_key)

    def _by_label(self, counted: Floats) -> Floats:
        """Counts of shape (told labels, keys, ...) as (G, L, ...), in the order of `labels`."""
        names, told = self.labels, self.pairs.cube.labels
        laid = np.zeros((len(names), *counted.shape[1:]))
        for place, label in enumerate(told):
            at = self._label_place(label)
            if at is not None:
                laid[at] += counted[place]
        return self._gathered(np.moveaxis(laid, 1, 0))

    def _label_place(self, label: str) -> int | None:
        model = self.pairs.model
        if model.task == "binary":
            return int(label == model.positive)
        return self.labels.index(label) if label in self.labels else None

    def _gathered(self, by_key: Floats) -> Floats:
        """Values of shape (keys, ...) added up by window."""
        found = np.zeros((len(self.windows), *by_key.shape[1:]))
        for number, places in enumerate(self.windows):
            found[number] = by_key[places].sum(axis=0)
        return found


def outcomes_of(
    tables: Floats, classes: tuple[str, ...], *, binary: bool
) -> BinaryOutcomes | MulticlassOutcomes:
    """Outcomes of decisions alone, from tables of labels and decisions of shape (..., L, D)."""
    unknown = np.full(tables.shape[:-2], np.nan)
    losses = dict.fromkeys(("log_loss", "log_loss_square", "brier", "brier_square"), unknown)
    if binary:
        return BinaryOutcomes(
            np.empty(0), tables[..., 1, :].sum(axis=-1)[..., None], tables[..., 0, :].sum(axis=-1)[..., None],
            tables[..., 1, 1][..., None], tables[..., 0, 1][..., None], **losses,
        )  # fmt: skip
    none = np.zeros((*tables.shape[:-2], len(classes), 1))
    edges = tuple(np.empty(0) for _ in classes)
    return MulticlassOutcomes(classes, edges, tables, none, none, **losses)
