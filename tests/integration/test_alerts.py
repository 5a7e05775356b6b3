"""The shipped alerts: each is raised by what it is for and by nothing else, and asks for what is really told.

Prometheus itself judges (promtool), over invented hours; the names are those of a real web program.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from tests.stack.programs import web_server

ALERTS = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "alerts.yaml"
RULES = yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]
TOKEN = "shown-by-prometheus"
HOURS = 13
UNWITNESSED = "clearance_record_entries_unwitnessed"
REQUESTS = "clearance_http_requests_total"
SECONDS = "clearance_http_request_seconds_bucket"

WELL = {
    'up{job="clearance",instance="1"}': "1",
    'up{job="clearance",instance="2"}': "1",
    "clearance_database_answers": "1",
    "clearance_signer_answers": "1",
    "clearance_signing_stopped": "0",
    "clearance_checkpoint_age_seconds": "200",
    "clearance_status_list_age_seconds": "40000",
    'clearance_work_waiting_seconds{kind="messages"}': "10",
    'clearance_work_waiting_seconds{kind="batches"}': "0",
    'clearance_chore_age_seconds{chore="void"}': "60",
    "clearance_findings_open": "0",
    "clearance_disk_free_ratio": "0.5",
}
"""A value that holds all day, by series."""
BUSY = {
    REQUESTS + '{route="/card",status="200"}': "0+600x800",
    REQUESTS + '{route="/card",status="429"}': "0+60x800",
    REQUESTS + '{route="/",status="500"}': "0+1x800",
    SECONDS + '{route="/card",le="0.25"}': "0+598x800",
    SECONDS + '{route="/card",le="2.5"}': "0+599x800",
    SECONDS + '{route="/card",le="5.0"}': "0+600x800",
    SECONDS + '{route="/card",le="+Inf"}': "0+600x800",
    # A desk takes a checkpoint every half hour, while the office goes on working.
    UNWITNESSED: "0+5x29 " * 27,
}
"""A day of ten look-ups a second, minute by minute."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """`series` go wrong at the first minute. Nobody is called after `quiet`, and after `raised` the alert is there."""

    alert: str
    series: Mapping[str, str]
    quiet: str
    raised: str


def lasting(value: str) -> str:
    return f"{value}+0x800"


TROUBLES = (
    Trouble(alert="WebDown", series={'up{job="clearance",instance="2"}': lasting("0")}, quiet="30s", raised="2m"),
    Trouble(alert="DatabaseDown", series={"clearance_database_answers": lasting("0")}, quiet="0s", raised="1m"),
    Trouble(alert="SignerStopped", series={"clearance_signer_answers": lasting("0")}, quiet="1m", raised="3m"),
    Trouble(alert="SigningHalted", series={"clearance_signing_stopped": "0 0 1+0x800"}, quiet="1m", raised="2m"),
    Trouble(
        alert="CheckpointOld", series={"clearance_checkpoint_age_seconds": lasting("301")}, quiet="1m", raised="3m"
    ),
    Trouble(alert="RecordNotWitnessed", series={UNWITNESSED: "1+5x800"}, quiet="4h50m", raised="5h10m"),
    Trouble(alert="RecordNotWitnessed", series={UNWITNESSED: lasting("3")}, quiet="4h50m", raised="5h10m"),
    Trouble(
        alert="StatusListOld", series={"clearance_status_list_age_seconds": lasting("43201")}, quiet="4m", raised="6m"
    ),
    Trouble(
        alert="WorkWaits",
        series={'clearance_work_waiting_seconds{kind="messages"}': lasting("901")},
        quiet="4m",
        raised="6m",
    ),
    Trouble(
        alert="WorkerGone",
        series={'clearance_chore_age_seconds{chore="void"}': lasting("601")},
        quiet="1m",
        raised="3m",
    ),
    Trouble(alert="Errors", series={REQUESTS + '{route="/",status="500"}': "0+8x800"}, quiet="5m", raised="7m"),
    Trouble(
        alert="Slow",
        series={SECONDS + f'{{route="/card",le="{edge}"}}': "0+590x800" for edge in (0.25, 2.5)},
        quiet="10m",
        raised="16m",
    ),
    Trouble(
        alert="LookupsRefused",
        series={REQUESTS + '{route="/card",status="429"}': "0+330x800"},
        quiet="10m",
        raised="16m",
    ),
    Trouble(alert="Findings", series={"clearance_findings_open": "0 0 1+0x800"}, quiet="1m", raised="2m"),
    Trouble(alert="DiskFull", series={"clearance_disk_free_ratio": lasting("0.09")}, quiet="4m", raised="6m"),
)


def raised(at: str, *alerts: str) -> dict[str, object]:
    """What is expected at a time: these alerts, each once, and no other."""
    return {
        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
        "eval_time": at,
        "exp_samples": [{"labels": f'{{alertname="Clearance{alert}"}}', "value": 1} for alert in alerts],
    }


def judged(folder: Path, *, series: Mapping[str, str], expected: list[dict[str, object]]) -> str:
    """ "" where Prometheus agrees, else what it says."""
    day = {series: lasting(value) for series, value in WELL.items()} | BUSY | dict(series)
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in day.items()],
        "promql_expr_test": expected,
    }
    file = folder / "alerts.test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "30s", "tests": [test]}))
    ended = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


@pytest.fixture
def promtool() -> None:
    if not shutil.which("promtool"):
        assert not os.environ.get("CI"), "promtool is needed here"
        pytest.skip("promtool is not installed (apt-get install prometheus)")


@pytest.mark.usefixtures("promtool")
def test_on_a_day_without_trouble_nobody_is_called(tmp_path: Path) -> None:
    expected = [raised(f"{hour}h") for hour in range(HOURS)]
    assert judged(tmp_path, series={}, expected=expected) == ""


@pytest.mark.usefixtures("promtool")
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.alert)
def test_each_trouble_raises_its_own_alert_when_it_has_lasted(tmp_path: Path, trouble: Trouble) -> None:
    expected = [raised(trouble.quiet), raised(trouble.raised, trouble.alert)]
    assert judged(tmp_path, series=trouble.series, expected=expected) == ""


def test_there_is_a_trouble_for_each_alert() -> None:
    assert {f"Clearance{trouble.alert}" for trouble in TROUBLES} == {rule["alert"] for rule in RULES}


def test_every_metric_route_and_label_that_an_alert_asks_for_is_told_by_a_web_program(
    demo: Path, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    with web_server(demo, environment={"CLEARANCE_METRICS_TOKEN_FILE": str(token)}) as server:
        assert httpx.get(f"{server.url}/card").status_code < 500
        lacking, ends = {"not asked yet"}, time.monotonic() + 60
        while lacking and time.monotonic() < ends:  # the worker inside does its chores one by one
            told = httpx.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30).text
            lacking = asked_for() - names_in(told) - {UNWITNESSED}  # of desks that hold checkpoints it knows none yet
            time.sleep(0.5)
    assert not lacking
    assert re.search(rf'(?m)^{REQUESTS}{{method="GET",route="/card",status="\d+"}}', told)
    assert re.search(rf'(?m)^{SECONDS}{{le="2.5",route="/card"}}', told), "an edge where the alert looks"
    assert 'clearance_chore_age_seconds{chore="void"}' in told
    assert 'clearance_work_waiting_seconds{kind="messages"}' in told


def asked_for() -> set[str]:
    return {name for rule in RULES for name in re.findall(r"\bclearance_\w+", rule["expr"])}


def names_in(told: str) -> set[str]:
    """Names of the series of an answer to `GET /metrics`."""
    return set(re.findall(r"(?m)^(clearance_\w+)", told))
