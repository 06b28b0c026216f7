"""Regression without labels: how large errors are expected to be, learnt from the reference's own errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.expectation import Estimated
from monitoring.statistics.tables import table, varying
from monitoring.statistics.threads import one_thread

LEAST_ROWS = 100
FOLDS = 3
TREES = {"max_iter": 100, "early_stopping": False}


@dataclass(frozen=True)
class LossModel:
    """What is known of one loss of a row.

    Attributes
    ----------
    learner : object or None
        None where no row's loss is better predicted than by the mean of all.
    mean : float
        Of the reference's losses.
    skill : float
        One minus the squared error of predictions for rows held out, over that of the mean.
    excess : float
        Squared miss of those predictions over squared prediction: how much a row's loss scatters.
    bias, error : float
        Mean of loss minus prediction on rows held out, and its standard error.
    """

    learner: Any
    mean: float
    skill: float
    excess: float
    bias: float
    error: float


@dataclass(frozen=True)
class ErrorModel:
    """Models of the absolute and of the squared error, and the columns that they look at."""

    absolute: LossModel
    square: LossModel
    useful: NDArray[np.intp]
    mask: NDArray[np.bool_]


def error_model(
    features: ArrayLike, categorical: ArrayLike, predicted: ArrayLike, truth: ArrayLike, *, seed: int = 0
) -> ErrorModel:
    """Learn from the reference for which rows the model errs much.

    Boosted trees predict a row's absolute and squared error from its features and the prediction. On thirds
    held out in turn they have to beat the plain mean; otherwise the mean is the estimate for every row, and
    a shift of the features changes nothing.

    Parameters
    ----------
    features : array_like of shape (rows, columns)
        nan and infinite values are missing, and so is a negative code.
    categorical : array_like of bool, of shape (columns,)
        Columns of category codes, 0 to 254.
    predicted, truth : array_like of shape (rows,)
        Rows in which either is nan do not count.
    seed : int
        For the thirds.

    Returns
    -------
    ErrorModel

    Raises
    ------
    ValueError
        If fewer than 100 rows have a truth, shapes differ, or a code is no whole number from 0 to 254.

    References
    ----------
    NannyML (Apache-2.0), "direct loss estimation"; the check on rows held out is ours.

    Examples
    --------
    The second half errs ten times as much, and a feature tells which half that is.

    >>> generator = np.random.default_rng(0)
    >>> x = np.repeat([0.0, 1.0], 500)[:, None]
    >>> model = error_model(x, [False], np.zeros(1000), generator.normal(size=1000) * (0.1 + 0.9 * x[:, 0]))
    >>> found = estimated_errors(model, np.ones((200, 1)), np.zeros(200))
    >>> model.absolute.skill > 0.2, 0.7 < float(found["mae"].value) < 0.9
    (True, True)
    """
    rows, mask = _joined(features, categorical, predicted)
    y = np.asarray(truth, dtype=float)
    if y.shape != rows.shape[:1]:
        raise ValueError(f"{len(rows)} rows have truths of shape {y.shape}")
    miss = np.abs(y - np.asarray(predicted, dtype=float))
    known = np.isfinite(miss)
    if known.sum() < LEAST_ROWS:
        raise ValueError(f"at least {LEAST_ROWS} rows with a truth are needed: there are {known.sum()}")
    rows, miss = rows[known], miss[known]
    useful = np.flatnonzero(varying(rows))
    fold = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    with one_thread():  # several threads are slower than one here
        models = [_learnt(rows[:, useful], mask[useful], loss, fold) for loss in (miss, miss**2)]
    return ErrorModel(models[0], models[1], useful, mask)


def estimated_errors(model: ErrorModel, features: ArrayLike, predicted: ArrayLike) -> dict[str, Estimated]:
    """Mean absolute error and root mean square error that are expected of current rows.

    Parameters
    ----------
    model : ErrorModel
    features : array_like of shape (rows, columns)
    predicted : array_like of shape (rows,)

    Returns
    -------
    dict of Estimated
        ``mae`` and ``rmse``; nan without rows.

    Raises
    ------
    ValueError
        If the columns are not those of the model.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> model = error_model(generator.normal(size=(500, 2)), [False] * 2, np.zeros(500), np.ones(500))
    >>> float(estimated_errors(model, np.zeros((50, 2)), np.zeros(50))["rmse"].value)
    1.0
    """
    absolute, squared = estimated_losses(model, features, predicted)
    if not absolute.size:
        gap = Estimated(*(np.asarray(np.nan),) * 3)
        return {"mae": gap, "rmse": gap}
    mae, square = _expected(model.absolute, absolute), _expected(model.square, squared)
    root = np.sqrt(square.value)
    twice = np.where(root > 0, 2 * root, np.inf)
    return {"mae": mae, "rmse": Estimated(root, square.sampling / twice, square.learning / twice)}


def estimated_losses(model: ErrorModel, features: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    """The absolute and the squared error that are expected of each row.

    Parameters
    ----------
    model : ErrorModel
    features : array_like of shape (rows, columns)
    predicted : array_like of shape (rows,)

    Returns
    -------
    tuple of two ndarray of shape (rows,)

    Raises
    ------
    ValueError
        If the columns are not those of the model.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> model = error_model(generator.normal(size=(500, 2)), [False] * 2, np.zeros(500), 2 * np.ones(500))
    >>> estimated_losses(model, np.zeros((2, 2)), np.zeros(2))
    (array([2., 2.]), array([4., 4.]))
    """
    rows, _ = _joined(features, model.mask[:-1], predicted)
    rows = rows[:, model.useful]
    return _of_rows(model.absolute, rows), _of_rows(model.square, rows)


def _joined(
    features: ArrayLike, categorical: ArrayLike, predicted: ArrayLike
) -> tuple[Floats, NDArray[np.bool_]]:
    """Features and prediction as one table."""
    values, f = np.asarray(features, dtype=float), np.asarray(predicted, dtype=float)
    if values.ndim != 2 or f.shape != values.shape[:1]:
        raise ValueError(f"features of shape {values.shape} and predictions of shape {f.shape}")
    return table(np.column_stack([values, f]), np.append(np.asarray(categorical, dtype=bool), False))


def _learnt(rows: Floats, mask: NDArray[np.bool_], loss: Floats, fold: NDArray[np.intp]) -> LossModel:
    from sklearn.ensemble import HistGradientBoostingRegressor

    settings: dict[str, Any] = {**TREES, "categorical_features": mask, "random_state": 0}
    mean, held = float(loss.mean()), np.full(len(loss), loss.mean())
    if rows.shape[1]:
        for part in range(FOLDS):
            out = fold == part
            learner = HistGradientBoostingRegressor(**settings).fit(rows[~out], loss[~out])
            held[out] = np.maximum(learner.predict(rows[out]), 0.0)
    spread = float(((loss - mean) ** 2).sum())
    skill = 1 - float(((loss - held) ** 2).sum()) / spread if spread > 0 else 0.0
    learner = HistGradientBoostingRegressor(**settings).fit(rows, loss) if skill > 0 else None
    held = held if learner is not None else np.full(len(loss), mean)
    miss = loss - held
    square = float((held**2).sum())
    excess = float((miss**2).sum()) / square if square > 0 else 0.0
    return LossModel(learner, mean, skill, excess, float(miss.mean()), float(miss.std() / len(loss) ** 0.5))


def _of_rows(model: LossModel, rows: Floats) -> Floats:
    """The expected loss of each row."""
    if model.learner is None or not len(rows):
        return np.full(len(rows), model.mean)
    with one_thread():
        return np.maximum(model.learner.predict(rows), 0.0)


def _expected(model: LossModel, loss: Floats) -> Estimated:
    """Mean loss of rows; a row's loss scatters in proportion to its expectation."""
    sampling = np.sqrt(model.excess * (loss**2).sum()) / len(loss)
    return Estimated(np.asarray(loss.mean()), np.asarray(sampling), np.asarray(model.error))
