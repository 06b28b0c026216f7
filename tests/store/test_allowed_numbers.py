"""A rule that lists what a column of numbers may hold."""

import duckdb

from monitoring.models import parse
from monitoring.store import breaches
from monitoring.store.layout import Column

TOML = 'name = "m"\ntask = "binary"\n[rules.columns.size]\nallowed = [1, 2.5]\n'


def test_numbers_that_are_not_listed_break_it_and_a_missing_one_does_not():
    (one,) = breaches.written(parse(TOML), {"size": Column("size", "DOUBLE", "numeric")})
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {one.value} FROM (SELECT unnest([1, 2.5, 3, NULL]) AS size)")
        assert [broken for (broken,) in found.fetchall()] == [False, False, True, None]
