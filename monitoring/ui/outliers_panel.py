"""Odd rows on a page: their rate over time, the oddest with what makes them odd, and where they lie."""

from __future__ import annotations

from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import drift, outliers, reasons, results
from monitoring.outliers import Judged, Look
from monitoring.outliers.wording import LISTED_DAYS, chunk_title
from monitoring.statistics.outliers import conformal
from monitoring.ui import absent, cards, charts, outliers_session, pictures, queries, tables, waiting
from monitoring.ui.numbers import count, share
from monitoring.ui.scopes import Scope, local_time
from monitoring.windows import Window, instant_of

WHOLE = "all chunks shown"
DRAWN = ("outlying", "unusual")


def panel(scope: Scope) -> None:
    """Everything about odd rows in a page's range.

    Parameters
    ----------
    scope : Scope
    """
    st.subheader("Rows unlike the reference", anchor=False)
    try:
        judged = outliers_session.judged(scope)
    except outliers.NotScoredError as error:
        said = reasons.sentence(error.code, **error.facts)
        cards.empty(f"Not scored: {said}.", cards.escaped(reasons.fix(error.code)))
        return
    except drift.CalendarError as error:
        absent.calendar(error)
        return
    shown = [int(place) for place in judged.inside(scope.window)]
    if not shown:
        cards.empty("No rows in this range.", reasons.fix("no_data"))
        return
    status, sentence = outliers.sentence(judged, shown)
    cards.verdict(status, sentence, key="outliers-verdict")
    _notes(scope, judged)
    by = st.segmented_control(
        "Drawn",
        list(DRAWN),
        default="outlying",
        key="odd_by",
        bind="query-params",
        label_visibility="collapsed",
        help="rows as odd as one in a thousand of the reference, or as one in twenty",
    )
    pictures.draw(course(judged, shown, by or "outlying"), key="outliers-course")
    places = _chosen(judged, shown)
    window = Window(judged.keys[places[0]].start, judged.keys[places[-1]].stop)
    if len(places) == 1:
        st.markdown(cards.escaped(outliers.chunk_sentence(judged, places[0])))
    together(scope, judged, window)
    cards.trust(
        facts(judged),
        command(scope),
        partial(_csv, judged, scope.window),
        f"{scope.model.name}-outliers.csv",
        key="trust",
        sql=partial(queries.of_odd_rows, scope),
    )


def _notes(scope: Scope, judged: Judged) -> None:
    """What a reader must know beside the verdict."""
    words = [outliers.reference_sentence(judged)]
    if scope.segment[0]:
        words.append("Rows are scored for the whole log, not by segment.")
    st.caption(cards.escaped(" ".join(part for part in words if part)))


def course(judged: Judged, shown: list[int], by: str) -> go.Figure:
    """The share of outlying rows over time, or that of unusual ones."""
    reference = None
    window = judged.found.reference
    if window is not None:
        inside = [place for place in shown if window.holds(judged.keys[place].start)]
        if inside:
            reference = (judged.keys[inside[0]].start, judged.keys[inside[-1]].stop)
    at = [judged.keys[place].start for place in shown]
    if by == "unusual":
        return charts.course(
            at,
            judged.unusual[shown],
            title="unusual rows",
            shares=True,
            limit=judged.unusual_limit[shown],
            partial=~judged.complete[shown],
            reference=reference,
        )
    return charts.course(
        at,
        judged.rate[shown],
        title="outlying rows",
        shares=True,
        limit=judged.limit[shown],
        floor=judged.noise_floor[shown],
        status=[judged.status[place] for place in shown],
        partial=~judged.complete[shown],
        reference=reference,
        interval=(judged.lower[shown], judged.upper[shown]),
    )


def _chosen(judged: Judged, shown: list[int]) -> list[int]:
    """The places of the chunks whose rows are looked at: the worst one, unless the reader chooses another."""
    worst = sorted(shown, key=lambda place: (-judged.rate[place], -judged.unusual[place], place))
    offered = {chunk_title(judged, place): place for place in worst[:LISTED_DAYS]}
    picked = st.selectbox(
        "Rows of",
        [*offered, WHOLE],
        key="odd",
        bind="query-params",
        width=280,
        help="The chunks with the largest share of outlying rows, the worst first.",
    )
    return shown if picked not in offered else [offered[picked]]


@st.fragment(parallel=True)
def together(scope: Scope, judged: Judged, window: Window) -> None:
    """The oddest rows and the map; the page does not wait for the forest."""
    job = outliers_session.look(scope, judged.found, window)
    st.markdown("**The oddest rows**")
    table = st.empty()
    if not job.done:
        with table.container():
            rows(scope, judged, window, None)
    st.markdown("**Where they lie**")
    place = st.empty()
    waiting.until_done(job, place, "Laying rows out")
    error = job.future.exception()
    looked: Look | None = None if error else job.future.result()
    with table.container():
        rows(scope, judged, window, looked)
    with place.container():
        if looked is None or looked.note:
            why = looked.note if looked else str(error)
            cards.empty(f"Not laid out: {why}.", "The rest of the page is not affected.")
            return
        left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with left:
            pictures.draw(laid_out(looked), key="outliers-map")
        with right:
            for words in map_words(looked, scope):
                st.markdown(cards.escaped(words))


def rows(scope: Scope, judged: Judged, window: Window, looked: Look | None) -> None:
    """The oddest rows of a window, what makes them odd, and what the forest says of each."""
    found, model = judged.found, scope.model
    odd = outliers_session.odd(scope, window)
    if not odd.ids or found.fit.held is None:
        st.caption("No row of it is among the oddest 1 % of the reference.")
        return
    p_values = conformal.p_values(found.fit.held, odd.scores)
    forest = dict(zip(looked.ids, looked.forest, strict=True)) if looked else {}
    lines = []
    for row, one in enumerate(odd.ids):
        at = odd.chunks[row].astype("datetime64[us]").item()
        words = outliers.row_words(found.fit, odd, row, model)
        lines.append(
            {
                "Row": one,
                "What makes it odd": "; ".join(words) or "its values are not kept any more",
                "Score": round(float(odd.scores[row]), 1),
                "p": _p(float(p_values[row])),
                "Forest p": _p(forest[one]) if one in forest else "–",
                "When": local_time(instant_of(at, model.grain, model.zone), model.zone).partition(",")[0],
            }
        )
    tables.draw(
        lines,
        height="content" if len(lines) < 12 else 430,
        column_config={
            "What makes it odd": st.column_config.TextColumn(width=520),
            "Score": st.column_config.NumberColumn(format="%.1f", width=70),
            **{name: st.column_config.Column(width=70) for name in ("p", "Forest p")},
        },
        files="none" if looked is None else "below",
        key="outliers-rows",
    )


def _p(value: float) -> str:
    """A p-value in few digits.

    Examples
    --------
    >>> _p(0.00021), _p(0.04)
    ('0.0002', '0.040')
    """
    return f"{value:.4f}" if value < 0.001 else f"{value:.3f}"


def laid_out(looked: Look) -> go.Figure:
    """Sampled rows of the window over those of the reference, the oddest on top."""
    parts = (
        ("reference", looked.reference, charts.REFERENCE, "circle", 4, 0.35),
        ("current", looked.current, charts.CURRENT, "circle", 4, 0.5),
        ("oddest", looked.odd, charts.STATUS["red"], "diamond", 7, 0.9),
    )
    traces: list[charts.Part] = []
    for name, places, colour, symbol, size, opacity in parts:
        laid = np.array(places, dtype=float).reshape(len(places), 2)
        trace: charts.Part = {
            "type": "scatter", "mode": "markers", "name": name, "x": laid[:, 0], "y": laid[:, 1],
            "marker": {"color": colour, "symbol": symbol, "size": size, "opacity": opacity},
            "hoverinfo": "skip",
        }  # fmt: skip
        if name == "oddest":
            trace.pop("hoverinfo")
            trace |= {
                "hovertext": [charts.plain(one) for one in looked.ids],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        traces.append(trace)
    axis = {"showticklabels": False, "zeroline": False}
    return charts.figure(
        traces, height=360, x={**axis, "title": {"text": "first component"}},
        y={**axis, "title": {"text": "second component"}},
    )  # fmt: skip


def map_words(looked: Look, scope: Scope) -> list[str]:
    """What the map shows, and what the forest says."""
    names = [" and ".join(scope.model.feature_title(name) for name in axis) for axis in looked.axes]
    words = [
        f"{count(looked.rows)} of {count(looked.total)} rows over {count(len(looked.reference))} of the "
        "reference, by the two directions in which the reference differs most.",
        f"Across: mostly {names[0]}, {share(looked.share[0])} of its variance."
        + (f" Up: mostly {names[1]}, {share(looked.share[1])}." if names[1] else ""),
    ]
    if looked.agreeing is not None and looked.usual is not None:
        words.append(
            f"An isolation forest calls {share(looked.agreeing)} of the oddest rows odd (p below 0.01), and "
            f"{share(looked.usual)} of a sample of all rows. It sees combinations, and nothing of missing "
            "values."
        )
    return words


def facts(judged: Judged) -> dict[str, str]:
    """How rates and scores came about."""
    found = judged.found
    alarms = found.model.limits.false_alarms
    left = ", ".join(found.model.exclude)
    return {
        "Score": "minus the logarithm of the smaller tail of the reference, added up over features (ECOD); "
        "categories and missing values by their share",
        "Features": f"{len(found.fit.columns)}" + (f", without {left}" if left else ""),
        "Reference": f"{found.reference_words}: {count(found.fit.fitted)} rows fitted, "
        f"{count(found.fit.held_rows)} held back, of {count(found.fit.total)}",
        "Outlying": f"p-value below {conformal.ALPHA:g} by the held-back rows",
        "Limit": f"what rows like the reference exceed in {100 * alarms:g} % of chunks, by a beta-binomial "
        "count: all p-values rest on the same held-back rows",
        "Colours": "amber beyond the limit from 0.2 %, red from 1 %",
        "Interval": "Wilson, 95 %",
    }


def command(scope: Scope) -> str:
    """The command that gives the frame of the panel."""
    start, stop = (end.date().isoformat() for end in (scope.window.start, scope.window.stop))
    chunk = f' --chunk "{scope.chunk}"' if scope.chunk != scope.model.chunk else ""
    return f"python -m monitoring show outliers {scope.model.name} --start {start} --stop {stop}{chunk} --csv"


def _csv(judged: Judged, window: Window) -> bytes:
    told = outliers.frames
    data = results.concat(
        part(judged, window) for part in (told.rate_frame, told.unusual_frame, told.lead_frame)
    )
    return results.formatted(data, "csv").encode()
