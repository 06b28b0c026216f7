"""What verdicts tell: the estimate from the audit, how far two people agree, and rows to train with."""

from __future__ import annotations

import datetime as dt

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import reasons, results, review
from monitoring.models import Model
from monitoring.statistics.metrics import METRICS, Metric
from monitoring.store import cases
from monitoring.ui import cards, charts, pictures, review_session, session, tables
from monitoring.ui.bands import band
from monitoring.ui.numbers import count, day, short
from monitoring.ui.performance_words import as_share, number
from monitoring.ui.scopes import Scope
from monitoring.windows import Window

SPAN = 28  # days that one estimate pools, since an audit has few rows a day
_METHODS = {
    "hajek": "Hájek's ratio", "difference": "difference estimator", "completed": "log and audit",
}  # fmt: skip
_LATE = ("queue", "every drawn case of days that are wholly decided")


def words(
    model: Model, metric_key: str = "", sample: review.Sample | None = None, log: review.Logged | None = None
) -> str:
    """The audit's estimate of a metric, the first by default, in a sentence; or why there is none.

    With the log's labels it is that of all rows by both.
    """
    found, key = sample or review_session.sample(model), metric_key or headline(model)
    if found is None:
        return cards.full(reasons.sentence("no_audit"))
    one = review.estimate(found, key) if log is None else review.complete(found, log, key)
    if not one.enough:
        code = review.frames.reason(one)
        said = reasons.sentence(code, **review.frames.facts(one))
        return cards.full(said)
    metric = METRICS[key]
    if log is not None:
        waiting = (
            f"{count(one.decided)} of the {count(one.drawn)} drawn rows that wait for a label are decided"
        )
        return (
            f"By the log's labels and the audit {metric.short} is {number(metric, float(one.found.value))} "
            f"(95 %: {ends(metric, one)}); {waiting if one.drawn else 'no drawn row waits for a label'}; "
            f"{_days(found)}."
        )
    return (
        f"By the audit {metric.short} is {number(metric, float(one.found.value))} "
        f"(95 %: {ends(metric, one)}) on {count(one.decided)} of {count(one.drawn)} drawn rows, "
        f"{_days(found)}."
    )


def _days(found: review.Sample) -> str:
    """The days whose rows an estimate is of, in words."""
    days = found.population.day.tolist()
    return f"{day(min(days))} to {day(max(days))}"


def ends(metric: Metric, one: review.Answer) -> str:
    """The interval of an estimate in words."""
    return " to ".join(number(metric, float(end)) for end in (one.found.lower, one.found.upper))


def headline(model: Model) -> str:
    """The metric that the page tells first."""
    return next(iter(review.measures_of(model)))


def panel(scope: Scope) -> None:
    """Draw every estimate, the course of the first, the agreement of reviewers and the exports."""
    model, found = scope.model, review_session.sample(scope.model)
    st.subheader("What the audit tells of all rows", anchor=False)
    if found is None:
        cards.empty(cards.full(reasons.sentence("no_audit")), reasons.fix("no_audit"))
    else:
        _estimates(found)
        drawn = course(found, headline(model))
        if drawn is not None:
            pictures.draw(drawn, key="audit-course")
            st.caption(f"Each point pools the {SPAN} days up to it.")
    _agreement(model)
    _exports(scope)


def _estimates(found: review.Sample) -> None:
    rows = []
    for key in review.measures_of(found.model):
        for basis, said in (("audit", "random audit"), _LATE):
            one = review.estimate(found, key, basis="audit" if basis == "audit" else "queue")
            metric = METRICS[key]
            known = one.enough
            how = _METHODS[one.method] if known else reasons.sentence(review.frames.reason(one), measure=key)
            if basis == "queue" and not known:
                continue
            rows.append({
                "Metric": metric.title, "From": said,
                "Estimate": number(metric, float(one.found.value)) if known else "–",
                "95 %": ends(metric, one) if known else "–",
                "Decided": count(one.decided), "Drawn": count(one.drawn), "Unsure": count(one.unsure),
                "Of rows": count(one.population), "How": how,
            })  # fmt: skip
    tables.draw(rows, height="content", key="audit-estimates")
    st.caption(
        f"An estimate needs {review.LEAST} decided cases. Cases that were chosen because they are odd enter "
        "only with the chance they were drawn with, and never where only their label chose them: unweighted, "
        "they would tell of a much worse model. Cases nobody is sure of are left out, and counted here."
    )


def course(found: review.Sample, key: str) -> go.Figure | None:
    """The estimate of the trailing days at the end of each day; None where no day has enough."""
    keys, answers = trailing(found, key)
    if not keys:
        return None
    value, lower, upper = (
        np.array([float(getattr(one.found, name)) for one in answers]) for name in ("value", "lower", "upper")
    )
    metric = METRICS[key]
    told = [
        f"{number(metric, float(one.found.value))}<br>{count(one.decided)} of {count(one.drawn)} cases"
        for one in answers
    ]
    at = [one.start for one in keys]
    when = "%{x|%a " + charts.day_format(at) + "}<br>%{customdata}<extra></extra>"
    traces = [
        *band(keys, lower, upper, "95 % interval"),
        {
            "type": "scatter", "mode": "lines+markers", "x": at, "y": value, "name": METRICS[key].short,
            "customdata": told, "line": {"color": charts.CURRENT, "width": 2},
            "hovertemplate": when,
        },
    ]  # fmt: skip
    return charts.figure(
        traces, height=260, x=charts.moments(at, charts.day_format(at)),
        y={"title": {"text": METRICS[key].short}, "tickformat": ".0%" if as_share(METRICS[key]) else None},
    )  # fmt: skip


def trailing(
    found: review.Sample, key: str, log: review.Logged | None = None
) -> tuple[list[Window], list[review.Answer]]:
    """The days at whose end the trailing days have enough decided cases, and the estimate there."""
    keys, answers = [], []
    for one in found.population.day.tolist():
        stop = one + dt.timedelta(days=1)
        first = stop - dt.timedelta(days=SPAN)
        if log is None:
            answer = review.estimate(found, key, first=first, stop=stop)
        else:
            answer = review.complete(found, log, key, first=first, stop=stop)
        if answer.enough:
            start = dt.datetime.combine(one, dt.time())
            keys.append(Window(start, start + dt.timedelta(days=1)))
            answers.append(answer)
    return keys, answers


def _agreement(model: Model) -> None:
    st.subheader("How far reviewers agree", anchor=False)
    pairs = review.agreed(review_session.entries(model))
    if not pairs:
        st.caption("No case was judged by two people yet. Open a decided one, and say what you think of it.")
        return
    rows = [
        {
            "Two reviewers": f"{one.first} and {one.second}", "Cases": one.cases,
            "Agree": f"{100 * float(one.found.rate):.0f} %", "Kappa": short(float(one.found.kappa)),
            "95 %": f"{short(float(one.found.kappa_lower))} to {short(float(one.found.kappa_upper))}",
            "They differ on": ", ".join(str(number_) for number_ in one.differ[:12]) or "nothing",
        }
        for one in pairs
    ]  # fmt: skip
    tables.draw(rows, height="content", key="review-agreement")


def _exports(scope: Scope) -> None:
    model = scope.model
    st.subheader("Reviewed rows as a training set", anchor=False)
    decided = cases.backlog(session.store(), model.name).decided
    if not decided:
        st.caption("Nothing is decided yet.")
        return
    st.markdown(
        "Features, label and weight of every row of which somebody stated the label; private features are "
        "left out. A row that was drawn with a chance stands for one over that many; one that only its label "
        "chose has no weight."
    )
    store = session.store()
    forms = {"csv": review.as_csv, "parquet": review.as_parquet, "json": review.as_json}
    with st.container(horizontal=True):
        for kind, made in forms.items():
            st.download_button(
                {"parquet": "Parquet"}.get(kind, kind.upper()),
                lambda made=made: made(review.training_set(store, model.name)),
                file_name=f"{model.name}-reviewed.{kind}", icon=":material/download:", on_click="ignore",
                key=f"review-{kind}",
            )  # fmt: skip


def estimates_csv(model: Model, chunk: str) -> bytes:
    """What `show performance --labels review` answers, as CSV."""
    found = review_session.sample(model)
    data = results.frame({}) if found is None else review.frames.frame(found, chunk)
    return results.formatted(data, "csv").encode()


def answer(model: Model, waiting: cases.Backlog) -> str:
    """How much waits since when, how much is decided, and what the audit tells."""
    one = waiting.open == 1
    since = f", the oldest from {day(waiting.oldest)}" if waiting.oldest else ""
    said = f"{count(waiting.open)} case{'' if one else 's'} wait{'s' if one else ''}{since}"
    return f"{said}; {count(waiting.decided)} decided. {words(model)}"
