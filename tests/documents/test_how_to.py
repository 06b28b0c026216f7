"""The how-to guides do what they say: their code runs, and what it leaves is what Lookout takes in."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pandas as pd
import pytest

from monitoring.alerts.channels import channels
from monitoring.models import parse
from monitoring.store import Store
from tests.cli.running import invoke
from tests.documents.reading import blocks, text
from tests.documents.service import asked

HEAD = 'name = "flights"\ntask = "binary"\n[segments]\ncolumns = ["origin"]\n'


def scorers(shadow_fails: bool = False) -> types.ModuleType:
    """What the guides call the reader's own code."""

    def champion(features: dict) -> float:
        return min(features["age"] / 100, 1.0)

    def shadow(features: dict) -> float:
        if shadow_fails:
            raise RuntimeError("no such plan")
        return 0.25

    module = types.ModuleType("scorers")
    module.champion, module.shadow = champion, shadow  # type: ignore[attr-defined]
    return module


def service(monkeypatch: pytest.MonkeyPatch, inbox: Path, **options: bool) -> types.ModuleType:
    """The service of the guide, running beside scorers of our own."""
    monkeypatch.setitem(sys.modules, "scorers", scorers(**options))
    monkeypatch.setenv("LOOKOUT_INBOX", str(inbox))
    module = types.ModuleType("service")
    monkeypatch.setitem(sys.modules, "service", module)
    (source,) = blocks("docs/how-to/fastapi.md", "python")
    exec(compile(source, "service.py", "exec", dont_inherit=True), module.__dict__)
    return module


def arrived(tmp_path: Path, description: str, query: str) -> list[tuple]:
    """What the store holds after it has taken in what the service wrote."""
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(description)
        for path in sorted((tmp_path / "inbox" / "churn").glob("*.jsonl")):
            receipt = store.ingest("churn", path, "labels" if ".labels." in path.name else "predictions")
            assert not receipt.rejected, receipt
        with store.cursor() as cursor:
            return cursor.execute(query).fetchall()


def test_the_service_leaves_champion_shadow_and_label_under_one_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = service(monkeypatch, tmp_path / "inbox")
    customer = {"age": 40, "plan": "basic"}
    (scored, told) = asked(
        running.app,
        ("POST", "/score", customer),
        ("PUT", lambda answers: f"/outcomes/{answers[0][1]['id']}", {"churned": True}),  # type: ignore[list-item]
    )
    assert scored == (200, {"id": scored[1]["id"], "score": 0.4})
    assert told == (204, None)
    (example,) = blocks("docs/how-to/fastapi.md", "toml")
    found = arrived(
        tmp_path,
        example,
        "SELECT _id, _version, _score, plan, _label, _latency >= 0 FROM churn.requests "
        "JOIN churn.predictions USING (_id) JOIN churn.labels USING (_id) ORDER BY _version",
    )
    key = scored[1]["id"]
    assert found == [(key, "2026-03", 0.4, "basic", "1", True), (key, "2026-04", 0.25, "basic", "1", True)]


def test_a_shadow_that_fails_costs_the_caller_nothing_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = service(monkeypatch, tmp_path / "inbox", shadow_fails=True)
    ((status, answer),) = asked(running.app, ("POST", "/score", {"age": 40, "plan": "basic"}))
    assert (status, answer["score"]) == (200, 0.4)
    (example,) = blocks("docs/how-to/fastapi.md", "toml")
    found = arrived(tmp_path, example, "SELECT _version, _score, _error FROM churn.predictions ORDER BY 1")
    assert found == [("2026-03", 0.4, False), ("2026-04", None, True)]


def test_the_batch_jobs_file_goes_in_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scorers", scorers())
    monkeypatch.chdir(tmp_path)
    Path("customers.csv").write_text(
        "customer,seen_at,age,plan,income\n17,2026-04-01T09:00:00,40,basic,\n18,2026-04-01T10:00:00,50,pro,9.5\n"
    )
    (source,) = blocks("docs/how-to/batch-job.md", "python")
    exec(source, {})
    store = tmp_path / "lookout.duckdb"
    Path("churn.toml").write_text(blocks("docs/how-to/fastapi.md", "toml")[0])
    assert invoke(store, "add", "churn.toml").code == 0
    said = invoke(store, "ingest", "churn", "scored-2026-04-01.parquet")
    assert said.code == 0
    assert said.stderr.endswith("scored-2026-04-01.parquet: 2 rows taken in\n")
    again = invoke(store, "ingest", "churn", "scored-2026-04-01.parquet")
    assert "known before, nothing to do" in again.stderr
    assert "`known before, nothing to do`" in text("docs/how-to/batch-job.md")
    Path("outcomes.csv").write_text(blocks("docs/how-to/late-labels.md", "csv")[0])
    assert "outcomes.csv: 2 rows taken in\n" in invoke(store, "labels", "churn", "outcomes.csv").stderr
    ids = pd.read_parquet("scored-2026-04-01.parquet")["id"]
    assert list(ids) == [line.split(",")[0] for line in Path("outcomes.csv").read_text().splitlines()[1:]]


def test_the_guides_channels_are_read_and_its_rules_belong_to_a_model(tmp_path: Path) -> None:
    (secrets,) = blocks("docs/how-to/alerts.md", "ini")
    (tmp_path / "secrets.toml").write_text(secrets)
    (exported,) = re.findall(r'^export (\w+)="(.*)"$', "\n".join(blocks("docs/how-to/alerts.md", "sh")), re.M)
    assert set(channels({}, tmp_path / "secrets.toml")) == {"mail", "ops"}
    assert channels(dict([exported]), tmp_path / "nowhere")["mail"].kind == "mailtos"
    rules = parse(HEAD + blocks("docs/how-to/alerts.md", "toml")[0]).alerts
    assert rules is not None
    assert {name for rule in rules for name in rule.channels} == {"mail", "ops"}


def test_the_exit_codes_of_the_guide_are_those_of_the_command_line(tmp_path: Path) -> None:
    codes = re.findall(r"^\| (\d+) \|", text("docs/how-to/cron.md"), re.MULTILINE)
    stated = re.findall(
        r"\*\*(\d+)\*\*", text("docs/command-line.md").split("Exit codes:")[1].split("\n\n")[0]
    )
    assert codes == stated
    assert invoke(tmp_path / "lookout.duckdb", "check", "nobody").code == 2


def test_both_proxies_serve_the_path_and_the_port_that_the_app_is_started_with() -> None:
    guide = "docs/how-to/reverse-proxy.md"
    (start, *_) = blocks(guide, "sh")
    path = re.findall(r"BASE_URL_PATH=(\w+)", start)[0]
    port = re.findall(r"--port (\d+)", start)[0]
    host = re.findall(r"ALLOWED_HOSTS=([\w.]+)", start)[0]
    (nginx,), (caddy,) = blocks(guide, "nginx"), blocks(guide, "caddyfile")
    for config in (nginx, caddy):
        assert config.count("{") == config.count("}")
        assert host in config
        assert f"/{path}" in config
        assert f"127.0.0.1:{port}" in config
    inside = [line.strip() for line in nginx.splitlines() if line.strip()]
    assert all(line.endswith((";", "{", "}")) for line in inside)
    assert f"proxy_pass http://127.0.0.1:{port};" in inside, "no path: the app keeps its own"
    assert {"proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;"} <= set(inside)
