"""What a log is, is found out: ids, instants, scores, classes, labels, kinds; each guess with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from monitoring.onboarding import ROLES, detect
from monitoring.onboarding.names import _MEANINGS, _WHOLE_SETS, _WORD_SETS, likeness, plain
from monitoring.store.summaries import summarised
from tests.onboarding.made import ROWS, binary, small, times, written


def found(frame, folder, name="log.csv", **options):
    return detect(summarised(written(frame, folder, name, **options)))


def columns(one):
    return {role: guess.column for role, guess in one.guesses.items() if guess.column}


EXPECTED = {
    "id": "request_id", "predicted_at": "scored_at", "score": "probability", "label": "label"
}  # fmt: skip


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return found(binary(), tmp_path_factory.mktemp("usual"))


def test_every_guess_of_a_usual_log_is_right_and_sure_and_has_a_reason(usual):
    assert columns(usual) == EXPECTED
    assert (usual.task, usual.task_confidence) == ("binary", "sure")
    for role in EXPECTED:
        guess = usual.guesses[role]
        assert guess.confidence == "sure", guess
        assert guess.reason
    assert "unique in every row" in usual.guesses["id"].reason
    assert "missing more often in the newest rows" in usual.guesses["label"].reason
    assert usual.questions == ()
    assert usual.faults == ()


def test_kinds_of_features_are_told_with_reasons(usual):
    kinds = {one.name: (one.kind, one.exclude) for one in usual.features}
    assert kinds == {
        "age": ("numeric", False), "income": ("numeric", False), "member": ("binary", False),
        "zip": ("categorical", False), "rating": ("ordinal", False), "region": ("categorical", False),
    }  # fmt: skip
    assert all(one.reason for one in usual.features)
    assert [name for name, _ in usual.segments] == ["region"]


@pytest.mark.parametrize("name", ["log.parquet"])
def test_every_format_gives_the_same_guesses(tmp_path, usual, name):
    other = found(binary(), tmp_path, name)
    assert columns(other) == columns(usual)
    assert {one.name: one.kind for one in other.features} == {one.name: one.kind for one in usual.features}


def test_columns_that_carry_nothing_or_name_rows_are_proposed_not_to_count_and_mixed_ones_are_told(tmp_path):
    random = np.random.default_rng(3)
    text = [" ".join(random.choice(list("abcdef"), 7)) + f" {i}" for i in range(ROWS)]
    frame = binary(
        release="r1", comment=text, session=[f"s{i}" for i in range(ROWS)], counter=np.arange(ROWS) + 7,
        customer_email=[f"a{i % 300}@example.org" for i in range(ROWS)], nothing=[None] * ROWS,
        mixed=[str(i % 80) if i % 3 else f"about {i % 70}" for i in range(ROWS)],
        mostly=["x" if i == 5 else str(i % 400) for i in range(ROWS)],
    )  # fmt: skip
    known = {one.name: one for one in found(frame, tmp_path).features}
    for name, words in (
        ("release", "same value"), ("comment", "free text"), ("session", "names rows"),
        ("counter", "counts the rows"), ("nothing", "empty so far"),
    ):  # fmt: skip
        assert known[name].exclude, name
        assert words in known[name].reason
    assert known["mixed"].kind == "categorical"
    assert "600 of them numbers" in known["mixed"].reason
    assert (known["mostly"].kind, known["mostly"].reason) == ("numeric", "numbers but for 1 values")
    assert known["customer_email"].private
    assert not known["age"].exclude
    assert not known["age"].private


def test_class_probabilities_are_the_columns_that_add_up_to_1(tmp_path):
    random = np.random.default_rng(4)
    shares = random.dirichlet([2, 1, 1], ROWS).round(4)
    names = ["On time", "Late", "Lost"]
    frame = binary().drop(columns=["probability", "label"]).assign(
        p_on_time=shares[:, 0], p_late=shares[:, 1], p_lost=shares[:, 2], noise=random.random(ROWS),
        decision=[names[i] for i in shares.argmax(axis=1)], outcome=random.choice(names, ROWS),
    )  # fmt: skip
    one = found(frame, tmp_path)
    assert one.task == "multiclass"
    assert one.classes is not None
    assert one.classes.columns == {"On time": "p_on_time", "Late": "p_late", "Lost": "p_lost"}
    assert "add up to 1" in one.classes.reason
    assert columns(one) == {
        "id": "request_id", "predicted_at": "scored_at", "prediction": "decision", "label": "outcome"
    }  # fmt: skip
    assert "noise" in {feature.name for feature in one.features}


def test_two_probabilities_that_add_up_to_1_are_a_binary_models(tmp_path):
    frame = binary().rename(columns={"probability": "proba_1"})
    frame.insert(3, "proba_0", (1 - frame["proba_1"]).round(4))
    one = found(frame, tmp_path)
    assert (one.task, one.column("score"), one.classes) == ("binary", "proba_1", None)
    assert "proba_0" not in columns(one).values()


def test_a_regression_is_told_by_predictions_that_are_numbers(tmp_path):
    random = np.random.default_rng(5)
    value = random.normal(200, 40, ROWS)
    frame = binary().drop(columns=["probability", "label"]).assign(
        forecast=value.round(1), actual=(value + random.normal(0, 5, ROWS)).round(1)
    )  # fmt: skip
    one = found(frame, tmp_path)
    assert (one.task, one.column("prediction"), one.column("label"), one.column("score")) == (
        "regression", "forecast", "actual", ""
    )  # fmt: skip
    assert one.task_confidence == "sure"


def test_a_prediction_is_told_by_where_it_changes_with_the_score(tmp_path):
    frame = binary()
    frame["flag"] = (frame["probability"] >= 0.3).astype(int)
    one = found(frame, tmp_path)
    assert one.column("prediction") == "flag"
    assert "changes where probability passes 0.3" in one.guesses["prediction"].reason


def test_versions_make_ids_unique_together(tmp_path):
    frame = binary()
    twice = pd.concat([frame.assign(model_version="a"), frame.assign(model_version="b")])
    one = found(twice.sort_values("scored_at"), tmp_path)
    assert columns(one) == {**EXPECTED, "version": "model_version"}
    assert "unique together with model_version" in one.guesses["id"].reason


def test_a_log_without_an_id_takes_the_instant_only_where_it_never_repeats(tmp_path):
    frame = binary().drop(columns=["request_id", "income"])
    one = found(
        frame.assign(scored_at=pd.date_range("2026-01-01", periods=ROWS, freq="1h", tz="UTC")), tmp_path
    )
    assert (one.column("id"), one.guesses["id"].confidence) == ("scored_at", "unsure")
    repeated = found(frame.assign(scored_at=frame["scored_at"].dt.floor("D")), tmp_path)
    assert repeated.column("id") == ""
    assert any("no column names the rows" in fault for fault in repeated.faults)


WAYS = {
    "dotted": (lambda at: at.strftime("%d.%m.%Y %H:%M"), "dmy", ["timezone"]),
    "american": (lambda at: at.strftime("%m/%d/%Y %H:%M"), "mdy", ["timezone"]),
    "year first": (lambda at: at.strftime("%Y/%m/%d %H:%M"), "ymd", ["timezone"]),
    "bare": (lambda at: at.strftime("%Y-%m-%d %H:%M:%S"), "iso", ["timezone"]),
    "offset": (lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"), "iso", []),
    "days": (lambda at: at.strftime("%Y-%m-%d"), "iso", []),
    "seconds": (lambda at: (at - pd.Timestamp(0)) // pd.Timedelta("1s"), "iso", []),
    "milliseconds": (lambda at: (at - pd.Timestamp(0)) // pd.Timedelta("1ms"), "iso", []),
    "fractions": (lambda at: ((at - pd.Timestamp(0)) // pd.Timedelta("1ms")) / 1000, "iso", []),
}


@pytest.fixture(scope="module")
def every_way(tmp_path_factory):
    """A log that writes its instant in every way."""
    frame = binary(**{f"{way} time": write(times()) for way, (write, _, _) in WAYS.items()})
    return summarised(written(frame, tmp_path_factory.mktemp("ways")))


@pytest.mark.parametrize("way", WAYS)
def test_an_instant_is_found_however_it_is_written_and_only_what_is_open_is_asked(every_way, way):
    _, order, asked = WAYS[way]
    name = f"{way} time"
    kept = [one for one in every_way.columns if one.name == name or one.name in EXPECTED.values()]
    one = detect(replace(every_way, columns=tuple(each for each in kept if each.name != "scored_at")))
    assert one.column("predicted_at") == name
    assert one.orders == (order,)
    assert [question.code for question in one.questions] == asked
    assert sum(n for _, n in one.sample.hours[name, order]) == ROWS


def test_dates_of_which_day_and_month_could_be_swapped_are_a_question_and_no_guess(tmp_path):
    ambiguous = pd.to_datetime([f"2026-{1 + i % 12:02}-{1 + i // 12 % 12:02}" for i in range(ROWS)])
    one = found(binary(scored_at=ambiguous.strftime("%d/%m/%Y")), tmp_path)
    assert one.orders == ("dmy", "mdy")
    assert [question.code for question in one.questions] == ["dates"]
    assert "--dates" in one.questions[0].flag


@pytest.mark.parametrize(
    "names",
    [
        ("kennung", "zeitstempel", "wahrscheinlichkeit", "ergebnis"),
        ("identifiant", "horodatage", "probabilité", "cible"),
        ("identificador", "fecha_hora", "probabilidad", "etiqueta"),
        ("clave", "data_hora", "probabilidade", "rótulo"),
        ("RequestID", "PredictionTime", "yProba", "yTrue"),
        ("id", "时间", "概率", "标签"),
        ("id", "время", "вероятность", "метка"),
    ],
    ids=lambda names: names[1],
)
def test_names_of_several_languages_are_understood(usual, names):
    given = dict(zip(EXPECTED.values(), [names[0], names[1], names[2], names[3]], strict=True))
    renamed = [replace(one, name=given.get(one.name, one.name)) for one in usual.sample.columns]
    splits = [replace(one, score=given.get(one.score, one.score)) for one in usual.sample.splits]
    one = detect(replace(usual.sample, columns=tuple(renamed), splits=tuple(splits)))
    assert columns(one) == dict(zip(EXPECTED, names, strict=True))


def test_booleans_and_words_are_labels_and_decisions(tmp_path):
    frame = binary()
    one = found(
        frame.assign(
            label=np.where(frame["label"].isna(), None, np.where(frame["label"] == 1, "yes", "no")),
            decision=frame["probability"] >= 0.5,
        ),
        tmp_path, "log.parquet",
    )  # fmt: skip
    assert (one.column("label"), one.column("prediction")) == ("label", "decision")


def test_what_a_person_states_is_taken_and_used_for_nothing_else(usual):
    other = detect(usual.sample, {"score": "", "label": "member", "prediction": "label"})
    assert (other.column("label"), other.column("prediction"), other.column("score")) == (
        "member",
        "label",
        "",
    )
    assert other.guesses["label"].confidence == "stated"
    assert not {"member", "label"} & {one.name for one in other.features}


def test_no_column_is_given_two_roles_or_lost(usual):
    used = [guess.column for guess in usual.guesses.values() if guess.column]
    features = [one.name for one in usual.features]
    assert sorted([*used, *features]) == sorted(one.name for one in usual.sample.columns)


def test_the_vocabulary_is_plain_and_knows_every_role():
    assert set(_WHOLE_SETS) == set(_WORD_SETS) == set(ROLES)
    for words in (*_WORD_SETS.values(), *_MEANINGS.values()):
        assert all(word == plain(word) and "_" not in word for word in words)
    for role, names in _WHOLE_SETS.items():
        assert all(likeness(name, role) == 1.0 for name in names)


@pytest.mark.parametrize(
    ("names", "versions", "level"),
    [
        (("score_v1", "score_v2"), {"v1": "score_v1", "v2": "score_v2"}, "likely"),
        (("shadow_score", "score"), {"champion": "score", "shadow": "shadow_score"}, "likely"),
        (("probShadow", "probLive"), {"live": "probLive", "shadow": "probShadow"}, "likely"),
        (("score_1", "score_2"), {"1": "score_1", "2": "score_2"}, "unsure"),
    ],
)  # fmt: skip
def test_a_score_column_for_each_version_is_a_wide_log_with_the_reason(tmp_path, names, versions, level):
    frame = small()
    other = frame["probability"] * 0.8 + 0.05
    one = found(frame.rename(columns={"probability": names[0]}).assign(**{names[1]: other}), tmp_path)
    assert one.wide is not None
    assert list(one.wide.columns.items()) == list(versions.items()), "the version that serves is the first"
    assert one.wide.confidence == level
    assert "differ only in a version" in one.wide.reason
    assert one.guesses["score"].column == next(iter(versions.values()))
    assert not set(names) & {feature.name for feature in one.features}


def test_the_version_that_decisions_follow_serves_and_they_count_as_no_feature(tmp_path):
    frame = small()
    other = pd.Series(np.random.default_rng(5).random(len(frame)))
    frame = frame.rename(columns={"probability": "score_v1"}).assign(
        score_v2=other, decision=(other >= 0.5) * 1
    )
    sample = summarised(written(frame, tmp_path))
    one = detect(sample)
    assert one.wide is not None
    assert (one.wide.champion, one.guesses["score"].column) == ("v2", "score_v2")
    assert [each.exclude for each in one.features if each.name == "decision"] == [True]
    chosen = detect(sample, {"score": "score_v1"})
    assert chosen.wide is not None
    assert chosen.wide.champion == "v1", "a person says which serves"


def test_scores_that_are_features_make_no_wide_log(tmp_path):
    frame = small()
    noise = np.random.default_rng(1).random(len(frame))
    for more in ({"rain_probability": noise}, {"probability_24h": noise}, {"p_1": noise, "p_2": noise}):
        assert found(frame.assign(**more), tmp_path).wide is None, more
    several = frame.rename(columns={"probability": "score_v1"}).assign(score_v2=noise)
    assert detect(summarised(written(several, tmp_path)), scores={}).wide is None, "a person says so"


def test_predictions_of_several_versions_are_a_wide_log_of_a_regression(tmp_path):
    frame = small().drop(columns="probability")
    price = np.random.default_rng(2).normal(100, 9, len(frame)).round(2)
    frame = frame.assign(label=price + 1, predicted_v1=price, predicted_v2=price + 3)
    one = found(frame, tmp_path)
    assert (one.task, one.wide and list(one.wide.columns)) == ("regression", ["v1", "v2"])
