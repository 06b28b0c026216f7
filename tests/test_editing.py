"""Edits of a model's file: the keys that were asked for, and not a byte besides."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitoring import toml_text
from monitoring.editing import with_limits, with_values
from monitoring.models import Model, ModelError, parse

ROOT = Path(__file__).resolve().parents[1]
DEMO = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "data" / "models").glob("*.toml"))}
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "model-file.md").read_text("utf-8"), re.DOTALL)
CHURN = 'name = "churn"\ntask = "binary"\n'
ODD = {
    "short": 'name = "churn"\ntask = "binary"',
    "inline": CHURN + "limits = { minimum_rows = 5, drift_floor = 0.5 } # c\n[features.a]\nprivate = true\n",
    "empty inline": CHURN + "limits = {}\n",
    "dotted": CHURN + 'limits.drift_floor = 0.3 # c\nstar = ["a"]\n\n# of a\n[features.a]\nprivate = true\n',
    "quoted": CHURN + '[ "limits" ] # c\n\t"drift_floor" = 3e-1\n\n# of a\n[features.a]\nprivate = true\n',
    "bare header": CHURN + "[limits]\n# nothing yet\n\n[features.a]\nprivate = true",
    "brackets": CHURN
    + 'notes = """\n[limits]\nexclude = ["no"]\n# "" """\nexclude = [\n  "[limits]", # one\n  "b"\n]\n'
    + '# of the\n# limits\n[limits]\nfalse_alarms = 0.1\n[features."[x]"]\ntitle = """\n[limits]\n# """\n',
    "lists": CHURN
    + 'star = [\n  # first\n  "a", # one\n  "b",\n\n  # last\n  "c",\n]\nexclude=["a",]# tight\n\n'
    + "[versions]\nchampion='x'\n",
    "mixed": CHURN.replace("\n", "\r\n")
    + '# c\n\n[limits]\r\ndrift_floor = 1\n[versions]\nchampion = "x"\r\n',
}
FILES = {**DEMO, "example": EXAMPLE, **ODD}

hostile = st.one_of(
    st.sampled_from(["a", "b", "c", "dewp", "tail_number", "", '"', "\\", '"""', "]\n[limits]", "#", "\x7f"]),
    st.text(max_size=6),
)
names = st.none() | st.lists(hostile, max_size=5)
floors = st.none() | st.sampled_from([0.0, 0.02, 0.001, 1.0]) | st.floats(0, 1e6)
alarms = st.none() | st.sampled_from([0.01, 0.2]) | st.floats(0, 0.2, exclude_min=True)


def asked(**changes: object) -> dict:
    return {key: value for key, value in changes.items() if value is not None}


def changed(model: Model, changes: dict) -> Model:
    """The model that has to come out, made without TOML."""
    lists = {key: tuple(value) for key, value in changes.items() if key in ("exclude", "star")}
    limits = {key: value for key, value in changes.items() if key not in lists}
    return model.model_copy(update={**lists, "limits": model.limits.model_copy(update=limits)})


def own_lines(text: str) -> str:
    """A file without the lines of the four keys, the header of their table and blank lines."""
    listed = re.sub(r"(?ms)^(exclude|star) ?= ?\[.*?\](?=[^\]\n]*$)[^\n]*\n?", "", text)
    limits = re.sub(
        r"(?m)^[ \t]*\"?(drift_floor|false_alarms)\"? = [^\n]*\n?|^\[limits\][^\n]*\n?", "", listed
    )
    return re.sub(r"\n+", "\n", limits).strip()


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=40, deadline=None)
@given(floor=floors, alarm=alarms, exclude=names, star=names)
def test_an_edited_file_describes_a_model_that_differs_in_what_was_asked_for_alone(
    file: str, floor: float | None, alarm: float | None, exclude: list | None, star: list | None
) -> None:
    changes = asked(drift_floor=floor, false_alarms=alarm, exclude=exclude, star=star)
    edited = with_limits(FILES[file], **changes)
    assert parse(edited) == changed(parse(FILES[file]), changes)
    assert with_limits(edited, **changes) == edited


@pytest.mark.parametrize("file", [*DEMO, "example"])
@settings(max_examples=25, deadline=None)
@given(floor=floors, alarm=alarms, exclude=st.booleans(), star=st.booleans())
def test_every_other_line_stays_as_it_was(
    file: str, floor: float | None, alarm: float | None, exclude: bool, star: bool
) -> None:
    lists = {"exclude": ["temp", "a b"] if exclude else [], "star": ["dewp", "hour"] if star else []}
    edited = with_limits(FILES[file], **asked(drift_floor=floor, false_alarms=alarm, **lists))
    assert own_lines(edited) == own_lines(FILES[file])


@pytest.mark.parametrize("file", FILES)
def test_nothing_asked_changes_nothing(file: str) -> None:
    model = parse(FILES[file])
    assert with_limits(FILES[file]) == FILES[file]
    same = {"exclude": model.exclude, "star": model.star} if model.exclude and model.star else {}
    assert with_limits(FILES[file], **same) == FILES[file]


@pytest.mark.parametrize("file", DEMO)
def test_what_was_set_is_gone_once_it_is_the_default_again(file: str) -> None:
    edited = with_limits(DEMO[file], drift_floor=0.05, false_alarms=0.001, exclude=["temp"], star=["dewp"])
    back = with_limits(edited, drift_floor=0.02, false_alarms=0.01, exclude=[], star=[])
    assert back == DEMO[file] + "\n[limits]\n"


def test_new_keys_stand_below_the_last_of_their_table_and_above_the_next_tables_comment() -> None:
    text = CHURN + (
        "# end of the head\n\n# what we accept\n[limits]  # mine\n  minimum_rows = 50  # enough\n"
        "  # that is all\n\n"
        '# the versions\n[versions]\nchampion = "x"\n'
    )
    assert with_limits(
        text, drift_floor=0.001, false_alarms=0.05, exclude=["a", "b"], star=["c"]
    ) == CHURN + (
        'exclude = ["a", "b"]\nstar = ["c"]\n'
        "# end of the head\n\n# what we accept\n[limits]  # mine\n  minimum_rows = 50  # enough\n"
        "  drift_floor = 0.001\n  false_alarms = 0.05\n  # that is all\n\n"
        '# the versions\n[versions]\nchampion = "x"\n'
    )


def test_a_table_that_is_not_there_is_written_below_all_others() -> None:
    text = CHURN + '[versions]\nchampion = "x"'
    assert with_limits(text, drift_floor=0.05) == text + "\n\n[limits]\ndrift_floor = 0.05\n"
    assert with_limits(text + "\n", drift_floor=0.05) == text + "\n\n[limits]\ndrift_floor = 0.05\n"
    assert with_limits(text, drift_floor=0.02, exclude=[]) == text


def test_a_changed_value_keeps_the_comment_on_its_line_and_a_list_those_of_what_stays() -> None:
    edited = with_limits(EXAMPLE, drift_floor=0.05, exclude=["tail_number", "seats"])
    (line,) = [line for line in EXAMPLE.splitlines() if line.startswith("drift_floor")]
    (listed,) = [line for line in EXAMPLE.splitlines() if line.startswith("exclude")]
    expected = EXAMPLE.replace(line, line.replace("0.02", "0.05"))
    expected = expected.replace(listed, listed.replace('["tail_number"]', '["tail_number", "seats"]'))
    assert edited == expected
    many = with_limits(ODD["lists"], star=["b", "c", "new"])
    assert many == ODD["lists"].replace('  "a", # one\n', "").replace('"c",', '"c",\n  "new",')


@pytest.mark.parametrize(
    ("number", "written"),
    [(0.05, "0.05"), (0.001, "0.001"), (0.00001, "0.00001"), (1, "1.0"), (0.1 + 0.2, "0.30000000000000004")],
)
def test_numbers_are_written_as_people_do(number: float, written: str) -> None:
    assert with_limits(CHURN, drift_floor=number) == f"{CHURN}\n[limits]\ndrift_floor = {written}\n"


def test_names_are_written_so_that_they_are_read_again() -> None:
    name = '"] \\ \x00\x1f\x7f\x85\u2028 🦊\r\n[limits]\ndrift_floor = 9 # """'
    edited = with_limits(EXAMPLE, star=[name], exclude=[name, name])
    assert (parse(edited).star, parse(edited).exclude) == ((name,), (name, name))


@pytest.mark.parametrize("file", [*DEMO, "example", "brackets"])
def test_a_file_keeps_its_line_ends_and_its_byte_order_mark(file: str) -> None:
    changes = {"drift_floor": 0.07, "star": ["a"], "exclude": []}
    windows = "\ufeff" + FILES[file].replace("\n", "\r\n")
    edited = with_limits(windows, **changes)
    assert edited == "\ufeff" + with_limits(FILES[file], **changes).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        ("name = ", {}, "not a TOML file"),
        (CHURN + "x = [", {"drift_floor": 0.1}, "not a TOML file"),
        (CHURN + "colour = 1", {"drift_floor": 0.1}, "colour: unknown key"),
        (CHURN, {"drift_floor": -0.1}, "limits.drift_floor: "),
        (CHURN, {"false_alarms": 0.3}, "limits.false_alarms: "),
        (CHURN, {"false_alarms": 0.0}, "limits.false_alarms: "),
        (CHURN, {"drift_floor": float("inf")}, "limits.drift_floor: inf"),
        (CHURN, {"false_alarms": float("nan")}, "limits.false_alarms: nan"),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str, changes: dict, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        with_limits(text, **changes)
    assert words in str(caught.value)


@pytest.mark.parametrize("dumped", [lambda document: CHURN, lambda document: CHURN + "colour = 1"])
def test_a_file_that_came_out_otherwise_than_asked_is_never_returned(
    monkeypatch: pytest.MonkeyPatch, dumped: object
) -> None:
    monkeypatch.setattr(toml_text.tomlkit, "dumps", dumped)
    with pytest.raises(ModelError):
        with_limits(ODD["quoted"], drift_floor=0.4)


OTHER_SEGMENTS = ("segments", "columns", ("x", "[y]"))
keys = st.sampled_from([
    ("", "owner", None), ("", "owner", 'it\'s "ours"\n[limits]'), ("", "retention_days", 30),
    ("", "retention_days", None), ("", "chunk", "7 days"), ("", "threshold", 0.25),
    ("", "star", ("a", "dest")),
    ("limits", "minimum_rows", 7), ("limits", "accuracy_drop", 0.1), OTHER_SEGMENTS,
    (("features", "a"), "importance", 0.5), (("features", "a"), "importance", None),
    (("features", "b.c\"d"), "private", True), (("features", "dest"), "importance", 1.0),
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(file=st.sampled_from(sorted(FILES)), changes=st.lists(keys, max_size=5, unique_by=lambda one: one[:2]))
@example(file="example", changes=[OTHER_SEGMENTS])
def test_any_keys_are_set_and_everything_else_stays_or_the_file_is_refused(file: str, changes: list) -> None:
    text = FILES[file]
    try:
        edited = with_values(text, changes)
    except ModelError as error:
        # Whether it can be edited depends on the file: its rules may watch a segment that would be none.
        named = OTHER_SEGMENTS in changes and "none of [segments] columns" in str(error)
        assert named or "edit it by hand" in str(error)  # noqa: PT017
        return
    found = tomllib.loads(edited)
    for table, key, value in changes:
        inside = found
        for name in (table,) if isinstance(table, str) and table else table:
            inside = inside.get(name, {})
        assert inside.get(key) == (list(value) if isinstance(value, tuple) else value)
    kept = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in edited.splitlines() if line.lstrip().startswith("#")] == kept
    assert with_values(edited, changes) == edited


def test_most_files_are_edited_and_not_refused() -> None:
    changes = [(("features", "fresh"), "private", True), ("limits", "minimum_rows", 7), ("", "owner", "Ada")]
    for name, text in FILES.items():
        assert parse(with_values(text, changes)).features["fresh"].private, name


def test_a_day_is_written_as_a_date() -> None:
    edited = with_values(f"{CHURN}[reference]\nstart = 2026-01-01\nstop = 2026-02-01 # c\n",
                         [("reference", "stop", dt.date(2026, 3, 1))])  # fmt: skip
    assert edited.endswith("stop = 2026-03-01 # c\n")
