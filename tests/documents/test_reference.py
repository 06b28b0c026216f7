"""The reference is what the code says, and every statistic is explained with its limits."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from monitoring import alert_rules
from monitoring.quality import CHECKS
from monitoring.reasons import REASONS
from monitoring.review import SOURCES
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS
from tests.documents.reading import ROOT, text
from tools import reference, reference_model

LABELS = ("In words:", "Misleads when", "Errors measured:", "Used:")


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return reference.pages()


def sections() -> dict[str, str]:
    """What docs/statistics.md says of each statistic, by its heading."""
    parts = re.split(r"^#{2,3} (.+)$", text("docs/statistics.md"), flags=re.MULTILINE)
    return {title.strip("`"): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_the_committed_reference_is_what_the_code_says(made: dict[str, str]) -> None:
    there = {path.name: path.read_text("utf-8") for path in reference.FOLDER.glob("*.md")}
    stale = [name for name in made if made[name] != there.get(name)]
    assert not stale, "the reference is stale: run make reference"
    assert set(there) == set(made)


def test_everything_registered_is_on_its_page(made: dict[str, str]) -> None:
    held = {
        "drift-methods.md": METHODS,
        "metrics.md": METRICS,
        "quality-checks.md": CHECKS,
        "review-sources.md": SOURCES,
        "reasons.md": REASONS,
        "alert-signals.md": (*get_args(alert_rules.Condition), *get_args(alert_rules.Watched)),
    }
    for name, keys in held.items():
        for key in keys:
            assert f"`{key}`" in made[name], (name, key)


def test_every_method_and_metric_tells_its_value_and_its_source(made: dict[str, str]) -> None:
    for name, registry in (("drift-methods.md", METHODS), ("metrics.md", METRICS)):
        for key in registry:
            (body,) = re.findall(rf"^## `{key}`\n(.*?)(?=^## |\Z)", made[name], re.DOTALL | re.MULTILINE)
            assert "- **Value:**" in body, key
            assert "- **Source:**" in body, key


def test_every_key_of_a_models_file_has_a_meaning_that_the_example_states(made: dict[str, str]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", made["model-file.md"], re.MULTILINE)
    assert len(rows) > 60
    assert not [key for key, meaning in rows if not meaning.strip()]


def test_a_key_that_an_example_leaves_out_belongs_to_the_table_before_it() -> None:
    found = reference_model.comments(
        "```toml\n[costs]\n# [costs.matrix.late]  # wrong pairs\n# early = 1  # a price\n"
        "risk = 2  # a risk\n```\n"
    )
    assert found == {
        "costs": "",
        "costs.matrix": "wrong pairs",
        "costs.matrix.early": "a price",
        "costs.risk": "a risk",
    }


@pytest.mark.parametrize("key", [*METHODS, *METRICS])
def test_every_method_and_metric_is_explained_with_its_limits(key: str) -> None:
    body = sections()[key]
    told = [line for line in body.splitlines() if line.startswith("- **")]
    assert [re.findall(r"\*\*(.+?)\*\*", line)[0] for line in told] == list(LABELS)
    assert re.match(r"\s*\*\*[^*]+\.\*\* [A-Z]", body), "a section begins with what it measures"


def test_every_other_statistic_is_explained_in_the_same_form() -> None:
    others = {title: body for title, body in sections().items() if "**In words:**" in body}
    assert set(others) > {*METHODS, *METRICS, "domain_classifier", "ece", "outlier_rate", "cost"}
    for title, body in others.items():
        assert all(f"- **{label}**" in body for label in LABELS), title


def test_the_makefile_writes_the_reference() -> None:
    assert "tools/reference.py" in (ROOT / "Makefile").read_text("utf-8")
