"""Logs in every format, of any size and with any names: the same guesses."""

import numpy as np
import pandas as pd
import pytest

from monitoring.onboarding import detect, drafted
from monitoring.store import unknown_files
from monitoring.store.summaries import summarised
from tests.onboarding.made import ROWS, binary, times, written

EXPECTED = {"id": "request_id", "predicted_at": "scored_at", "score": "probability", "label": "label"}


def columns(one):
    return {role: guess.column for role, guess in one.guesses.items() if guess.column}


@pytest.mark.parametrize("name", ["log.jsonl", "log.tsv", "log.json"])
def test_every_format_gives_the_same_guesses(tmp_path, name):
    options = {"sep": "\t"} if name.endswith("tsv") else {}
    path = written(binary(), tmp_path, "log.jsonl" if "json" in name else name, **options)
    assert columns(detect(summarised(path.rename(tmp_path / name)))) == EXPECTED


def test_names_that_are_hostile_are_columns_like_others(tmp_path):
    hostile = [
        'a"; DROP TABLE sample; --',
        "<img src=x onerror=alert(1)>",
        "{x}",
        "a\nb",
        "$path",
        "%s",
        "“”",
    ]
    random = np.random.default_rng(6)
    frame = binary(**{name: random.normal(size=ROWS) for name in hostile})
    one = detect(summarised(written(frame, tmp_path, "log.parquet")))
    assert columns(one) == EXPECTED
    assert set(hostile) <= {feature.name for feature in one.features}


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl"])
def test_of_large_text_a_sample_is_drawn_and_its_rows_are_estimated(tmp_path, monkeypatch, name):
    monkeypatch.setattr(unknown_files, "LARGE", 10_000)
    monkeypatch.setattr(unknown_files, "MOST_ROWS", 600)
    monkeypatch.setattr(unknown_files, "MOST_CELLS", 0)
    frame = pd.concat([binary()] * 3).assign(
        request_id=[f"r{i}" for i in range(3 * ROWS)], scored_at=times(3 * ROWS).tz_localize("UTC")
    )
    sample = summarised(written(frame, tmp_path, name))
    assert (sample.sampled, sample.counted) == (2000, False)
    assert sample.rows == pytest.approx(3 * ROWS, rel=0.02)
    assert detect(sample).column("id") == "request_id"
    draft = drafted(sample)
    assert draft.days.sum() == pytest.approx(3 * ROWS, rel=0.05)
