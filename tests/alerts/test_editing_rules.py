"""Rules in a model's file: written, changed and taken out without touching anything else."""

import pytest

from monitoring.alert_rules import DEFAULTS, Rule
from monitoring.editing import with_rules
from monitoring.models import ModelError, parse
from tests.test_editing import FILES

NEW = Rule(name="new", condition="zero_volume", channels=("ops", "mail"), severity="critical")


@pytest.mark.parametrize("name", FILES)
def test_a_rule_more_leaves_every_other_line_as_it_was(name):
    text = FILES[name]
    before = parse(text)
    edited = with_rules(text, [*before.alert_rules, NEW])
    assert parse(edited) == before.model_copy(update={"alerts": (*before.alert_rules, NEW)})
    assert edited.replace("\r\n", "\n").startswith(text.replace("\r\n", "\n").rstrip("\n"))


@pytest.mark.parametrize("name", FILES)
def test_no_rule_at_all_is_written_as_an_empty_list(name):
    edited = with_rules(FILES[name], [])
    assert parse(edited).alert_rules == ()
    assert parse(with_rules(edited, [NEW])).alerts == (NEW,)


def test_a_changed_rule_moves_and_the_comments_of_the_others_stay():
    text = (
        'name = "m"\ntask = "binary"\n\n# the first\n[[alerts]]  # one\nname = "a"  # why\n\n'
        '[[ alerts ]]\nname = "b"\nstatus = "red"\n\n[limits]\nminimum_rows = 5  # few\n'
    )
    a, b = parse(text).alert_rules
    edited = with_rules(text, [a, b.model_copy(update={"status": "amber"})])
    assert edited == (
        'name = "m"\ntask = "binary"\n\n# the first\n[[alerts]]  # one\nname = "a"  # why\n\n'
        '[limits]\nminimum_rows = 5  # few\n\n[[alerts]]\nname = "b"\n'
    )
    assert with_rules(text, [a, b]) == text


def test_a_changed_rule_that_was_not_the_last_becomes_it():
    text = 'name = "m"\ntask = "binary"\n[[alerts]]\nname = "a"\n[[alerts]]\nname = "b"\n'
    a, b = parse(text).alert_rules
    loud = a.model_copy(update={"severity": "critical"})
    assert parse(with_rules(text, [loud, b])).alerts == (b, loud)


def test_rules_written_as_a_list_become_tables():
    text = 'name = "m"\ntask = "binary"\nalerts = [{name = "a"}]\n[limits]\nminimum_rows = 5\n'
    edited = with_rules(text, [*parse(text).alert_rules, NEW])
    assert [rule.name for rule in parse(edited).alert_rules] == ["a", "new"]
    assert "alerts = [{" not in edited


def test_the_usual_rules_are_written_out_with_the_first_change():
    text = 'name = "m"\ntask = "binary"\n'
    assert parse(with_rules(text, [*parse(text).alert_rules, NEW])).alerts == (*DEFAULTS, NEW)


def test_two_rules_of_one_name_are_refused():
    with pytest.raises(ModelError, match="two rules are called 'new'"):
        with_rules('name = "m"\ntask = "binary"\n', [NEW, NEW])
