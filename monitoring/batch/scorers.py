"""Scores of a batch by a fitted scikit-learn model that the model's file registers.

It is read by skops, which makes no object of a type that is not trusted: never by pickle, which runs whatever
a file says. Nobody can put such a file there from the app: it lies in folders that the operator chose.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from monitoring.allowed_paths import PathNotAllowedError, resolved
from monitoring.models import Model
from monitoring.scoring import Scorer

MOST_BYTES = 1 << 30
TOGETHER = 100_000  # rows that are scored at a time


class ScorerError(ValueError):
    """A fitted model cannot be read or cannot score the rows; the message says why and what to do."""


def load(scorer: Scorer, home: Path) -> Any:
    """Read a fitted model.

    Parameters
    ----------
    scorer : Scorer
    home : Path
        The folder of the store; models lie in ``models`` beside it.

    Raises
    ------
    ScorerError
        If the file is not there, is no file of skops, holds a type that is not trusted, or no estimator.
    """
    from skops.io import get_untrusted_types
    from skops.io import load as read
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        path = resolved(scorer.file, also=(home / "models",))
    except PathNotAllowedError as error:
        raise ScorerError(f"[scoring] file: {error}") from error
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_BYTES:
                raise ScorerError(f"{path.name}: larger than {MOST_BYTES / 2**20:,.0f} MB")
        unknown = [one for one in get_untrusted_types(file=path) if one not in scorer.trusted]
        if unknown:
            raise ScorerError(
                f"{path.name}: holds types that are not trusted: {', '.join(unknown)}. If you know who wrote "
                "the file and what they are, list them in [scoring] trusted"
            )
        fitted = read(path, trusted=list(scorer.trusted))
    except ScorerError:
        raise
    except UntrustedTypesFoundException as error:
        raise ScorerError(f"{path.name}: {error}") from error
    except Exception as error:  # whatever a torn or forged file makes of the reader
        raise ScorerError(
            f"{path.name}: not a model that skops can read ({type(error).__name__}); save it anew with "
            "skops.io.dump and this version of scikit-learn"
        ) from error
    if not hasattr(fitted, "predict"):
        raise ScorerError(f"{path.name}: holds a {type(fitted).__name__}, which predicts nothing")
    return fitted


def columns(fitted: Any) -> list[str]:
    """The columns that a fitted model wants.

    Raises
    ------
    ScorerError
        If it was fitted on an array, whose columns have no names.
    """
    names = getattr(fitted, "feature_names_in_", None)
    if names is None:
        raise ScorerError(
            "the fitted model does not name its columns; fit it on a data frame and save it anew"
        )
    return [str(one) for one in names]


def scores(fitted: Any, model: Model, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Score rows.

    Parameters
    ----------
    fitted : estimator
    model : Model
    rows : DataFrame
        With the columns that it wants; numbers are float64, texts objects with None where missing.

    Returns
    -------
    dict of str to ndarray of shape (rows,)
        ``""`` for the score of a binary model or the number of a regression, else one entry per class.

    Raises
    ------
    ScorerError
        If it gives no probabilities, knows other classes, or refuses the rows.
    """
    parts = []
    for first in range(0, max(len(rows), 1), TOGETHER):
        some = rows.iloc[first : first + TOGETHER]
        try:
            if model.task == "regression":
                parts.append(np.asarray(fitted.predict(some), dtype=float).reshape(len(some), -1)[:, :1])
            else:
                parts.append(np.asarray(fitted.predict_proba(some), dtype=float))
        except AttributeError as error:
            raise ScorerError("the fitted model gives no probabilities (it has no predict_proba)") from error
        except Exception as error:
            said = (str(error) or type(error).__name__).splitlines()[0][:300]
            raise ScorerError(f"the fitted model refuses the rows: {said}") from error
    told = np.concatenate(parts)
    if model.task == "regression":
        return {"": told[:, 0]}
    known = [_canonical(one) for one in fitted.classes_]
    wanted = {"": model.positive} if model.task == "binary" else {one: one for one in model.classes}
    lacking = [one for one in wanted.values() if one not in known]
    if lacking:
        raise ScorerError(
            f"the fitted model does not know the class {lacking[0]!r}; it knows {', '.join(known)}"
        )
    return {name: told[:, known.index(label)] for name, label in wanted.items()}


def _canonical(label: Any) -> str:
    """A class as labels are stored."""
    value = label.item() if hasattr(label, "item") else label
    if isinstance(value, bool):
        return str(int(value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
