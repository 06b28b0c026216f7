"""What is behind a change of the score: the mix of segments, the worst slice, the class that moved most."""

import numpy as np
import pandas as pd
import pytest

from monitoring import drift
from monitoring.windows import Window
from tests.drift.inspected_rows import DAY, FILE, HEAD, LIVE, REFERENCE, SEGMENTS, WEEK, rows

CLASSES = '[columns.score]\nlow = "p_low"\nhigh = "p_high"\nnone = "p_none"\n'


def multiclass(log, high=0.2):
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    shares = np.column_stack([np.full(len(log), 0.5), np.where(live, high, 0.2)])
    shares = shares + np.random.default_rng(2).normal(0, 0.01, shares.shape)
    return log.drop(columns="score").assign(
        p_low=shares[:, 0], p_high=shares[:, 1], p_none=1 - shares.sum(axis=1)
    )


def test_a_multiclass_model_tells_the_class_whose_probability_moved_most(filled):
    toml = HEAD.replace("binary", "multiclass") + REFERENCE + SEGMENTS + CLASSES
    log = multiclass(rows(), high=0.45)
    log["p_none"] -= 0.001 * (log["predicted_at"] < pd.Timestamp(LIVE))
    found = drift.inspect(filled(log, toml), "m", WEEK)
    assert found.target in ("P(high)", "P(none)")
    assert abs(found.mixes[0]["change"][0]) == pytest.approx(0.25, abs=0.01)
    assert found.notes == {}


@pytest.mark.parametrize("lacking", ["reference", "current", "both", "one class"])
def test_a_multiclass_model_without_probabilities_on_a_side_says_so(filled, lacking):
    toml = HEAD.replace("binary", "multiclass") + FILE + SEGMENTS + CLASSES
    log = multiclass(rows(shift=1.0))
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    columns = ["p_low", "p_high", "p_none"]
    log, file = log.astype(dict.fromkeys(columns, float)), log[~live].copy()
    if lacking in ("reference", "both"):
        file = file.drop(columns=columns)
    if lacking in ("current", "both"):
        log[columns] = np.nan
    found = drift.inspect(filled(log[live], toml, reference=file), "m", WEEK)
    assert found.drifted
    assert bool(found.mixes) is (lacking == "one class")
    assert ("mixes" in found.notes) is (lacking != "one class")


def test_the_mix_of_a_segment_column_adds_up_to_the_change_of_the_mean_score(filled):
    log = rows(days=42)
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    rng = np.random.default_rng(4)
    log["city"] = np.where(live & (rng.random(len(log)) < 0.4), "Bern", log["city"])
    log["score"] = (0.3 + 0.4 * (log["city"] == "Bern") + 0.1 * live + 0.1 * log["score"]).round(4)
    log.loc[rng.random(len(log)) < 0.05, "score"] = np.nan
    store = filled(log)
    found = drift.inspect(store, "m", WEEK)
    used = log.assign(
        side=np.select([log["predicted_at"] < LIVE, log["predicted_at"] < WEEK.stop], [0, 1], -1)
    ).query("side >= 0 and score == score")
    means = used.groupby("side")["score"].mean()
    assert [mix["column"] for mix in found.mixes] == ["city", "grade"]
    for mix in found.mixes:
        column = mix["column"]
        slice_of = used[column].map(lambda value: f"{value}", na_action="ignore").fillna("(missing)")
        expected = used.groupby(["side", slice_of.rename("slice")])["score"].agg(["size", "mean"])
        before, now = (expected.loc[side] for side in (0, 1))
        w0, w1 = before["size"] / before["size"].sum(), now["size"] / now["size"].sum()
        assert mix["change"][0] == pytest.approx(means[1] - means[0], abs=1e-12)
        assert mix["mix"][0] + mix["rate"][0] == pytest.approx(mix["change"][0], abs=1e-12)
        assert sum(one["mix"][0] for one in mix["slices"]) == pytest.approx(mix["mix"][0], abs=1e-12)
        assert sum(one["rate"][0] for one in mix["slices"]) == pytest.approx(mix["rate"][0], abs=1e-12)
        assert {one["value"] for one in mix["slices"]} == set(before.index)
        for one in mix["slices"]:
            name = one["value"]
            assert one["reference_share"] == pytest.approx(w0[name], abs=1e-12)
            assert one["current_share"] == pytest.approx(w1[name], abs=1e-12)
            lead = before.loc[name, "mean"] - means[0]
            assert one["mix"][0] == pytest.approx((w1[name] - w0[name]) * lead, abs=1e-12)
            step = now.loc[name, "mean"] - before.loc[name, "mean"]
            assert one["rate"][0] == pytest.approx(w1[name] * step, abs=1e-12)
            for value, lower, upper in (one["mix"], one["rate"]):
                assert lower <= value <= upper
    assert found.mixes[0]["slices"][0]["value"] == "Bern"


def test_values_that_read_like_others_or_missing_are_told_apart(filled):
    rng = np.random.default_rng(6)
    log = rows()
    log["city"] = rng.choice(np.array(["(other)", "(missing)", "a", None], object), len(log))
    names = [one["value"] for one in drift.inspect(filled(log), "m", WEEK).mixes[0]["slices"]]
    assert sorted(names) == ["((missing))", "((other))", "(missing)", "a"]


def test_values_beyond_the_twenty_with_a_profile_are_one_slice(filled):
    log = rows().assign(city=lambda data: [f"c{i % 50}" for i in range(len(data))])
    mix = drift.inspect(filled(log), "m", WEEK).mixes[0]
    other = next(one for one in mix["slices"] if one["value"] == "(other)")
    assert len(mix["slices"]) == 21
    assert other["current_share"] == pytest.approx(0.6)


def test_the_worst_slice_is_the_one_that_was_planted(filled):
    log = rows(days=56, each=400)
    live = log["predicted_at"] >= pd.Timestamp(LIVE)
    planted = live & (log["city"] == "Oslo") & (log["grade"] == 2)
    log["score"] = (log["score"] * 0.5 + 0.4 * planted).round(4)
    window = Window(LIVE, LIVE + 28 * DAY)
    found = drift.inspect(filled(log), "m", window)
    worst = found.slices[0]
    assert {name for name, _ in worst["where"]} == {"city", "grade"}
    assert ["city", "is Oslo"] in worst["where"]
    assert len(found.slices) == 1, "nothing else stands out"
    inside = (log["city"] == "Oslo") & (log["grade"] == 2)
    change = log[inside & live]["score"].mean() - log[inside & ~live]["score"].mean()
    assert worst["change"] == pytest.approx(change)
    assert worst["change"] == pytest.approx(0.4, abs=0.05)
    assert worst["lower"] < worst["change"] < worst["upper"]
    assert abs(worst["elsewhere"]) < 0.05
    assert worst["current_share"] == pytest.approx(planted[live].mean(), abs=1e-9)
    assert drift.inspect(filled(rows()), "m", WEEK).slices == []
