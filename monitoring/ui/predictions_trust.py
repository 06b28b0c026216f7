"""The Predictions page in words, how its numbers came about, and its frame as a file."""

from __future__ import annotations

import shlex

from monitoring import predictions
from monitoring.performance.outcomes import main_subject
from monitoring.predictions import rows as measured
from monitoring.store.grids import Grid
from monitoring.ui import cards, drift_trust, drift_view
from monitoring.ui.numbers import count, short
from monitoring.ui.predictions_session import Picture
from monitoring.ui.scopes import Scope
from monitoring.windows import Window

_MEANS = {"binary": "mean score", "regression": "mean predicted value"}


def answer(picture: Picture, window: Window) -> str:
    """What the page answers: the drift of the output, and how sure the model is.

    Parameters
    ----------
    picture : Picture
    window : Window
        The current rows.
    """
    verdict, model = picture.verdict, picture.one.found.model
    now, before = picture.one.over([window]), picture.compared(window)
    grid = picture.one.found.cubes[main_subject(model)].grid
    told = (
        {}
        if model.task == "multiclass"
        else {_MEANS[model.task]: lambda rows: measured.mean(rows, grid.centre)}
    )
    told |= {} if model.task == "regression" else {"mean confidence": measured.mean_confidence}
    means = [
        f"{name} {short(float(mean(now).value[0]))} ({short(float(mean(before).value[0]))} in the reference)"
        for name, mean in told.items()
    ]
    sure = cards.full(", ".join(means))
    lost = float((now.rows - now.scored)[0])
    missing = f" {count(lost)} rows have no finite score." if lost else ""
    since = f"Since {verdict.since.day} {verdict.since:%b}: " if verdict.since else ""
    return f"{since}{cards.full(verdict.sentence)} {drift_view.words(window)}: {sure}{missing}"


def own_reference(picture: Picture) -> str:
    """What to know of a version that has a reference of its own; empty for others."""
    words = picture.view.assessment.reference_words
    if not words.startswith("own reference"):
        return ""
    return (
        f"Compared with {words}: the model’s reference holds no row of this version, or its file names days "
        "for it. Before them everything is measured and grey."
    )


def facts(picture: Picture, scope: Scope, output: str, check: str, grid: Grid) -> dict[str, str]:
    """Every choice behind the drift of an output; see `monitoring.ui.drift_trust.facts`."""
    found = picture.one.found
    known = drift_trust.facts(picture.view, scope, output, check, grid)
    subject = main_subject(found.model)
    slots = len(found.cubes[subject].grid.edges) + 1
    known["Version"] = found.version
    known["Bins"] += f"; merged from {count(slots)} slots of the profile of outputs"
    known["Reference"] = known["Reference"].replace("the model's reference", "the version’s reference")
    known["Read from"] = (
        f'table "{found.model.name}".scores, version {found.version}, subject {subject}, '
        f"{picture.view.assessment.segment or 'all rows'}: all predictions, labelled or not, added up"
    )
    return known


def command(picture: Picture, scope: Scope, method: str) -> str:
    """The command that gives the frame of this page.

    Parameters
    ----------
    picture : Picture
    scope : Scope
    method : str
    """
    words = shlex.split(drift_trust.command(picture.view, scope, method))
    words[words.index("drift")] = "predictions"
    found = picture.one.found
    own = ["--version", found.version] if found.version != found.model.versions.only else []
    return shlex.join([*words[:-1], *own, words[-1]])


def csv(picture: Picture, low: float, output: str = "") -> bytes:
    """The tidy frame of the chunks shown as a CSV file: all of it, or one output's part."""
    data = predictions.frames.frame(picture.one, _window(picture), low=low)
    return (data[data["subject"] == output] if output else data).to_csv(index=False).encode()


def every(picture: Picture) -> bytes:
    """The same with the drift of the output by every method."""
    return predictions.frames.every_method(picture.one, _window(picture)).to_csv(index=False).encode()


def _window(picture: Picture) -> Window:
    keys = picture.view.assessment.keys[picture.view.shown]
    return Window(keys[0].start, keys[-1].stop)
