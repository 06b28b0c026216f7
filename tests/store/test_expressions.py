"""Expressions of rules: what a row may be asked, and everything that is refused."""

import duckdb
import pytest

from monitoring.models import ModelError, parse
from monitoring.store import breaches, expressions
from monitoring.store.expressions import ExpressionError

ALLOWED = {
    "gust >= wind": {"gust", "wind"},
    "gust >= wind OR gust IS NULL": {"gust", "wind"},
    "age BETWEEN 0 AND 120 AND NOT (age = 7)": {"age"},
    "city IN ('Rome', 'Oslo') AND lower(city) LIKE 'r%'": {"city"},
    "CASE WHEN kind = 'a' THEN x > 0 ELSE x < 0 END": {"kind", "x"},
    "abs(x - y) <= 0.1 * greatest(abs(x), abs(y))": {"x", "y"},
    "CAST(x AS INTEGER) % 2 = 0 -- even": {"x"},
    '"a column; DROP TABLE x" > 3': {"a column; DROP TABLE x"},
    "coalesce(x, 0) + nullif(y, 2) / 3 > 1": {"x", "y"},
    "regexp_matches(city, '^[A-Z]')": {"city"},
}
REFUSED = [
    "x > 1; DROP TABLE models",
    "x > 1) FROM models --",
    "x > 1, y > 1",
    "x > 1 AS z",
    "*",
    "COLUMNS('a') > 1",
    "(SELECT count(*) FROM models) > 0",
    "EXISTS (SELECT 1)",
    "x IN (SELECT x FROM models)",
    "x FROM read_csv('/etc/passwd')",
    "x FROM models",
    "x > 1 WHERE true",
    "x > 1 ORDER BY x",
    "DISTINCT x > 1",
    "x > 1 LIMIT 1",
    "sum(x) > 1",
    "count(*) FILTER (x > 1) > 1",
    "row_number() OVER () > 1",
    "x > $1",
    "x > getvariable('y')",
    "current_setting('threads') = x",
    "read_text('/etc/passwd') = x",
    "getenv('HOME') = x",
    "repeat('x', 1000000000) = x",
    "list_filter([x], y -> y > 1) = [x]",
    "main.models.x > 1",
    "requests.x > 1",
    "rowid > 1 AND _id = 'r1'",
    "_predicted_at > 1",
    "CAST(x AS models) = 1",
    "x::STRUCT(a INTEGER) IS NULL",
    "random() < 0.5",
    "nextval('file_numbers') > 1",
    "x >",
    "",
    "(" * 200 + "x" + ")" * 200 + " = " + "-" * 100 + "x",
    "DROP TABLE models",
    "SELECT 1",
    "x COLLATE nocase = 'a'",
    "pragma_version() = x",
    "query('SELECT 1') = x",
    "error('x') = x",
]


@pytest.fixture(scope="module")
def sandbox():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("text", ALLOWED)
def test_what_compares_values_of_a_row_is_let_through(sandbox, text):
    asked, columns = expressions.read(sandbox, text)
    assert columns == ALLOWED[text]
    assert "--" not in asked


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused_in_words(sandbox, text):
    with pytest.raises(ExpressionError) as refused:
        expressions.read(sandbox, text)
    assert str(refused.value)


def test_an_expression_means_the_same_after_it_was_read(sandbox):
    rows = "(VALUES (1.0, 2.0), (3.0, 1.0), (NULL, 1.0)) AS t(gust, wind)"
    for text in ("gust >= wind OR gust IS NULL", "CASE WHEN gust > 2 THEN wind < 2 ELSE wind - 1 = 1 END"):
        asked, _ = expressions.read(sandbox, text)
        said = [sandbox.execute(f"SELECT {one} FROM {rows}").fetchall() for one in (text, asked)]
        assert said[0] == said[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[rules.rows]\nbad = "x > (SELECT 1)"', "rules.rows.bad: a subquery is not allowed in a rule"),
        ('[rules.columns.x]\npattern = "("', "rules.columns.x.pattern: "),
    ],
)
def test_a_rule_that_can_never_be_asked_is_an_error_that_names_it(text, words):
    model = parse(f'name = "m"\ntask = "binary"\n{text}')
    with pytest.raises(ModelError, match=words.split("(")[0]):
        breaches.check(model)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rules.columns.x]\nmin = 2\nmax = 1", "rules.columns.x: min must not be above max"),
        ("[rules.columns.x]\n", "rules.columns.x: name at least one"),
        ("[rules.columns.x]\nmin = nan", "rules.columns.x.min: "),
        ("[rules.columns.x]\nallowed = []", "rules.columns.x.allowed: "),
        ('[rules.rows]\n"x: min 0" = "x > 1"\n[rules.columns.x]\nmin = 0', "two rules are called"),
        ("[rules]\ncolour = 1", "rules.colour: unknown key"),
    ],
)
def test_a_rule_that_says_nothing_or_too_much_is_an_error_that_names_it(text, words):
    with pytest.raises(ModelError, match=words.split("(")[0]):
        parse(f'name = "m"\ntask = "binary"\n{text}')
