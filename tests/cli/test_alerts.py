"""The command ``alerts``, with the app down and with it up."""

import json
from pathlib import Path

from tests.cli.running import TOML, Run

RULE = '[[alerts]]\nname = "not well"\nneeded = 1\nlast = 1\n'


def test_alerts_are_evaluated_once_and_wait_for_somebody(churn: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(TOML + RULE, "utf-8")
    assert churn("add", file).code == 0
    said = churn("alerts", "churn", "--no-delivery")
    assert (said.code, said.stderr) == (1, "")
    assert said.stdout.startswith("churn: 1 open of ")
    assert "waits   amber since 30 Jan 2026: not well" in said.stdout
    again = churn("alerts", "churn", "--json")
    assert again.code == 1
    row = json.loads(again.stdout)[0]
    assert (row["subject"], row["status"], row["reason"]) == ("not well", "amber", "incident_open")


def test_alerts_of_a_model_that_is_not_there_are_wrong_usage(churn: Run) -> None:
    said = churn("alerts", "nobody")
    assert said.code == 2
    assert "no model is called 'nobody'" in said.stderr
