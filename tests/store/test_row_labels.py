"""Labels of rows that are read: the log's that were known at the end of a day, never a review's."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring.store.rows import reference_sample, sample
from monitoring.windows import Window
from tests.store.scored_logs import description, known, labels, opened, predictions, take

EVERY = [Window(dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1))]
EVER = dt.datetime(9999, 1, 1)


@pytest.mark.parametrize("hours", [False, True], ids=["days", "hours"])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_rows_have_the_labels_that_were_known_at_the_end_of_a_key(tmp_path, task, hours):
    log = predictions(task, each=40)
    told = labels(task, log, revised=0.5)
    with opened(tmp_path, description(task, hours=hours)) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        for until in (dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3), EVER):
            expected = known(told, None if until == EVER else until, hours).to_dict()
            found = sample(store, "m", EVERY, labels_until=until)
            by_row = dict(zip(log["age"], log["id"], strict=True))
            ids = [by_row[age] for age in found.columns["age"]]
            assert len(ids) == len(log)
            nothing = np.nan if task == "regression" else None
            wanted = [expected.get(one, nothing) for one in ids]
            pd.testing.assert_series_equal(pd.Series(found.label), pd.Series(wanted), check_dtype=False)
        assert sample(store, "m", EVERY).label is None, "nobody asked"


def test_what_a_review_says_is_no_label_of_a_row_that_is_measured(tmp_path):
    log = predictions("binary", days=1, each=4)
    at = pd.Timestamp("2026-01-02")
    with opened(tmp_path, description("binary")) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, pd.DataFrame({"id": ["r0"], "label": ["1"], "labelled_at": [at]}), "labels")
        with store.writing() as cursor:
            cursor.execute("INSERT INTO m.labels VALUES ('r0', '0', TIMESTAMP '2026-01-03', 'review', NULL)")
        found = sample(store, "m", EVERY, labels_until=EVER)
        assert sorted(found.label, key=str) == ["1", None, None, None]


def test_rows_of_a_reference_file_have_its_labels(tmp_path):
    log = predictions("binary", days=2, each=30)
    told = known(labels("binary", log)).rename("label")
    file = log.merge(told, left_on="id", right_index=True, how="left")
    file.to_parquet(tmp_path / "reference.parquet")
    reference = f'[reference]\nfile = "{tmp_path}/reference.parquet"\n'
    with opened(tmp_path / "store", description("binary", reference=reference)) as store:
        found = reference_sample(store, "m", labelled=True)
        labelled = file["label"].astype(object).where(file["label"].notna(), None)
        wanted = dict(zip(file["age"], labelled, strict=True))
        assert dict(zip(found.columns["age"], found.label, strict=True)) == wanted
