"""Every query file says what it answers, at which grain, and with which parameters; and it runs."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from monitoring.store import Store
from monitoring.store.sql import QUERIES, query

FILES = sorted(QUERIES.glob("*.sql"))


def header(path: Path) -> list[str]:
    return [line[3:] for line in path.read_text("utf-8").splitlines() if line.startswith("-- ")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_says_what_it_answers_and_names_its_grain_and_parameters(path: Path, churn: Store) -> None:
    lines = header(path)
    assert lines[0].startswith(f"{path.stem}: ")
    assert lines[1].startswith("grain: ")
    described = {line.split()[0] for line in lines[2:]}
    text = query(path.stem, schema="churn")
    with churn.cursor() as cursor:
        (statement,) = cursor.extract_statements(text)
        assert statement.named_parameters == described
        assert statement.type == duckdb.StatementType.SELECT


def test_every_query_is_used_and_every_used_one_is_there() -> None:
    source = "".join(path.read_text("utf-8") for path in QUERIES.parent.glob("*.py"))
    used = set(re.findall(r'query\("(\w+)"', source)) | set(re.findall(r'_frame\("(\w+)"', source))
    assert {path.stem for path in FILES} == used
