"""A draft becomes a model's file that says what was chosen, whatever the columns are called."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.models import parse
from monitoring.onboarding import Choices, DraftError, drafted
from monitoring.onboarding.volume import daily, reference
from monitoring.store.sampled import Sample, Summary
from monitoring.store.summaries import summarised
from tests.onboarding.made import ROWS, binary, times, written

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
DAY = 24
HOURS = tuple((hour, 3) for hour in range(490_000, 490_000 + 60 * DAY, 2))


def sample(names=("id", "at", "p"), form="offset", hours=HOURS, label=True):
    """A log of summaries alone."""
    id_, at, score = names
    rows = sum(n for _, n in hours)
    outcome = Summary(
        "label", "BIGINT", "number", rows, rows, 2, rows, 0, 1, True, values=(("0", 5), ("1", 4))
    )
    columns = [
        Summary(id_, "VARCHAR", "text", rows, rows, rows, words=1, length=5),
        Summary(at, "VARCHAR", "text", rows, rows, rows, form=form, rising=1.0, values=(("2026", 1),)),
        Summary(score, "DOUBLE", "number", rows, rows, 900, rows, 0.001, 0.999),
        *([outcome] * label),
    ]  # fmt: skip
    return Sample("log.csv", "csv", rows, rows, True, True, tuple(columns), hours={(at, "iso"): tuple(hours)})


def stated(names):
    id_, at, score = names
    return Choices(columns={"id": id_, "predicted_at": at, "score": score}, title="T")


NAMES = st.lists(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12)
    .filter(lambda name: name.lower() not in ("_row", "label")),
    min_size=3, max_size=3, unique=True,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(NAMES, st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_any_names_of_columns_go_into_the_file_and_come_out_of_it(names, title):
    draft = drafted(sample(names), replace(stated(names), title=title), NOW)
    model = draft.model
    assert (model.columns.id, model.columns.predicted_at, model.columns.score) == tuple(names)
    assert model.title == title
    assert model == parse(draft.toml)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=120).filter(any))
def test_a_reference_lies_within_the_log_and_leaves_days_to_compare(rows):
    days = pd.Series(rows, index=pd.date_range("2026-01-01", periods=len(rows)))
    days = days[days.cumsum() > 0]
    found = reference(days)
    assert found is not None
    start, stop = pd.Timestamp(found.start), pd.Timestamp(found.stop)
    assert days.index[0] <= start < stop <= days.index[-1] + pd.Timedelta(days=1)
    assert found.rows == days[start : stop - pd.Timedelta(days=1)].sum()
    assert len(days) == 1 or (stop - start).days <= len(days) / 2 + 1
    assert found.confidence != "sure", "only people know when a model was healthy"
    assert found.confidence == "unsure" or (found.rows >= 1000 and (stop - start).days >= 7)


def test_days_are_those_of_the_models_zone_on_the_clock_that_wrote_the_instants():
    evening = ((490_000 // DAY * DAY + 23, 7),)  # an hour before midnight
    day = pd.Timestamp(0) + pd.Timedelta(days=490_000 // DAY)
    next_day = day + pd.Timedelta(days=1)
    for form, written_in, zone, expected in (
        ("offset", "America/New_York", "Europe/Paris", next_day),
        ("bare", "UTC", "Europe/Paris", next_day),
        ("bare", "Europe/Paris", "Europe/Paris", day),
        ("bare", "America/New_York", "UTC", next_day),
        ("day", "America/New_York", "Asia/Tokyo", day),
    ):
        found = daily(sample(form=form, hours=evening), "at", "iso", written_in, zone)
        assert found.to_dict() == {expected: 7}, (form, written_in, zone)


def test_a_clock_that_is_not_told_is_asked_and_nothing_is_written_before():
    draft = drafted(sample(form="bare"), now=NOW)
    with pytest.raises(DraftError, match="which time zone's clock"):
        _ = draft.toml
    assert drafted(sample(form="bare"), Choices(timezone="Europe/Paris", written=""), NOW).questions
    told = drafted(sample(form="bare"), Choices(timezone="Europe/Paris"), NOW).model
    assert (told.timezone, told.instants.timezone) == ("Europe/Paris", "Europe/Paris")
    other = drafted(sample(form="bare"), Choices(timezone="Europe/Paris", written="UTC"), NOW).model
    assert (other.timezone, other.instants.timezone) == ("Europe/Paris", "UTC")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices(columns={"label": "nowhere"}), "no column is called 'nowhere'"),
        (Choices(columns={"label": "p", "prediction": "p"}), "chosen for two things"),
        (Choices(reference=(dt.date(2026, 3, 1), dt.date(2026, 3, 1))), "stops before it starts"),
        (Choices(timezone="Mars"), "not a time zone"),
        (Choices(name="Not a slug"), "name"),
        (Choices(name="main"), "reserved"),
        (Choices(columns={"score": "", "prediction": ""}), "output of a model"),
        (Choices(task="multiclass"), "one column of probability per class"),
    ],
)
def test_a_choice_that_makes_no_model_is_told(choices, words):
    with pytest.raises(DraftError, match=words):
        _ = drafted(sample(), choices, NOW).toml


def test_what_is_chosen_stands_in_the_file_and_what_was_guessed_says_why():
    choices = Choices(
        name="churn", title="Will they go?", timezone="Europe/Paris", positive="0", threshold=0.3,
        chunk="7 days", clock="now", author="Ada\nx = 1",
        reference=(dt.date(2025, 12, 1), dt.date(2025, 12, 20)),
    )  # fmt: skip
    draft = drafted(sample(), choices, NOW)
    model = draft.model
    assert (model.name, model.title, model.positive, model.threshold) == ("churn", "Will they go?", "0", 0.3)
    assert (model.chunk, model.clock, model.timezone) == ("7 days", "now", "Europe/Paris")
    assert model.reference is not None
    assert model.reference.words == "2025-12-01 to 2025-12-20"
    assert "# Registered by Ada x = 1 (unverified), 2026-05-04." in draft.toml
    assert "# sure: " in draft.toml


def test_labels_of_a_log_of_the_past_are_known_at_once_where_no_column_says_when():
    past = drafted(sample(), now=dt.datetime(2030, 1, 1, tzinfo=dt.UTC)).model
    assert (past.clock, past.columns.labelled_at) == ("last row", "at")
    until = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=HOURS[-1][0])
    fresh = drafted(sample(), now=until).model
    assert (fresh.clock, fresh.columns.labelled_at) == ("now", "labelled_at")


def test_a_column_of_a_usual_name_that_is_something_else_is_not_taken_for_it(tmp_path):
    frame = binary(score=np.random.default_rng(1).normal(size=ROWS), latency=times().strftime("%H:%M"))
    model = drafted(summarised(written(frame, tmp_path))).model
    assert model.columns.score == "probability"
    assert model.columns.latency == "no latency"


def test_the_file_has_what_the_log_needs_and_no_more(tmp_path):
    frame = binary()
    frame["vote"] = np.where(frame["probability"] >= 0.3, "ja", "nein")
    frame["label"] = np.where(frame["label"].isna(), None, np.where(frame["label"] == 1, "ja", "nein"))
    frame = frame.rename(columns={"vote": "prediction"}).assign(scored_at=times().strftime("%d/%m/%Y %H:%M"))
    twice = pd.concat([frame.assign(version="a"), frame.head(300).assign(version="b")])
    draft = drafted(summarised(written(twice, tmp_path)), Choices(timezone="Europe/Berlin"), NOW)
    model = draft.model
    assert (model.positive, model.threshold) == ("ja", 0.3)
    assert (model.versions.champion, model.versions.shadows) == ("a", ("b",))
    assert (model.instants.dates, model.instants.timezone) == ("dmy", "Europe/Berlin")
    assert {name: one.kind for name, one in model.features.items()} == {
        "member": "binary", "zip": "categorical", "rating": "ordinal"
    }  # fmt: skip
    assert model.segments.columns == ("region",)
