"""Two files side by side: what is compared, what is not and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.comparison import compare
from monitoring.store import UnreadableFile


def statuses(data: pd.DataFrame, measure: str | None = None) -> dict[str, tuple[str, str]]:
    chosen = data if measure is None else data[data["measure"] == measure]
    return {row.subject: (row.status, row.reason) for row in chosen.itertuples()}


def parquet(path: Path, **columns: object) -> Path:
    pd.DataFrame(columns).to_parquet(path)
    return path


def test_whole_numbers_are_compared_and_row_numbers_are_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    income = rng.lognormal(10, 0.5, 1000).round()
    reference = parquet(tmp_path / "a.parquet", income=income, order=np.arange(1000))
    current = parquet(tmp_path / "b.parquet", income=income * 2, order=np.arange(1000) + 5000)
    data = compare(reference, current)
    assert statuses(data, "psi")["income"][0] == "red"
    assert statuses(data)["order"] == ("grey", "identifier")
    assert data["subject"].iloc[0] == "income", "worst first"


def test_texts_that_name_rows_are_left_out(tmp_path: Path) -> None:
    names = [f"customer-{i}" for i in range(200)]
    path = parquet(tmp_path / "a.parquet", name=names, city=["Rome", "Oslo"] * 100)
    data = compare(path, path)
    assert statuses(data)["name"] == ("grey", "identifier")
    assert statuses(data, "chi_square")["city"][0] == "green"


def test_a_cell_that_does_not_fit_is_missing_and_a_column_of_them_is_another_type(tmp_path: Path) -> None:
    cells = [*(str(i % 50) for i in range(99)), "oops"]
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{cell},{i % 7}.5\n" for i, cell in enumerate(cells)))
    (tmp_path / "b.csv").write_text("x,y\n" + "".join(f"{i % 50},text\n" for i in range(100)))
    data = compare(tmp_path / "a.csv", tmp_path / "b.csv")
    missing = data[(data["subject"] == "x") & (data["measure"] == "missing")]
    assert missing["status"].tolist() == ["green"]
    assert statuses(data, "kolmogorov_smirnov")["x"][0] in ("green", "amber", "red")
    assert statuses(data)["y"] == ("grey", "changed_type")


def test_names_with_an_underscore_in_front_are_names(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", _c0=np.linspace(0, 1, 100))
    assert set(compare(path, path)["subject"]) == {"_c0"}


def test_files_that_share_nothing_or_hold_nothing_are_refused(tmp_path: Path) -> None:
    first, second = parquet(tmp_path / "a.parquet", x=[1.0]), parquet(tmp_path / "b.parquet", y=[1.0])
    with pytest.raises(UnreadableFile, match="share no column"):
        compare(first, second)
    empty = parquet(tmp_path / "c.parquet", x=np.array([], dtype=float))
    with pytest.raises(UnreadableFile, match="without rows"):
        compare(first, empty)
