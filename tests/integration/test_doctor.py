"""`clearance doctor`: each way in which a deployment can be wrong, and the cure that it names."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.bootstrap import now, open_queue, read_settings, service_of
from clearance.doctor.database import check_database
from clearance.doctor.examine import examine
from clearance.doctor.files import check_backups
from clearance.doctor.settings import check_settings
from clearance.signing.findings import Finding, Gravity
from clearance.storage.condition import Condition
from clearance.storage.database import SqlDatabase
from clearance.storage.schema import newest
from clearance.worker import chores_of, working
from tests.e2e import programs
from tests.fakes import postgres
from tests.integration.command_line import program
from tests.stack import postgresql

WELL = Condition(
    kind="postgresql",
    schema=newest(),
    schema_wanted=newest(),
    settings={"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    may_change=(),
    ahead=timedelta(0),
)


def codes(findings: Iterable[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def configured(home: Path, *lines: str) -> Path:
    home.mkdir(exist_ok=True)
    (home / "clearance.toml").write_text("\n".join(lines) + "\n")
    return home


def test_of_a_demo_at_work_nothing_is_wrong_but_that_it_is_one(demo: Path) -> None:
    settings = read_settings(demo)
    with (
        programs.signing_service(demo),
        service_of(settings) as service,
        working(service, open_queue(settings), threads=1, chores=chores_of(settings)),
    ):
        ended = program("clearance", "doctor", "--home", demo, "--json")
    assert [finding["code"] for finding in json.loads(ended.stdout)] == ["environment.demo"], ended.stdout
    assert ended.returncode == Gravity.WARNING


def test_what_stands_still_is_named_with_its_cure(demo: Path) -> None:
    ended = program("clearance", "doctor", "--home", demo)
    assert ended.returncode == Gravity.FAULT
    assert "FAULT: signer: The signing service does not answer" in ended.stdout
    assert ended.stdout.count("\n  Cure: ") == ended.stdout.count("FAULT: ") + ended.stdout.count("WARNING: ")


def test_settings_that_no_program_would_take_are_named(tmp_path: Path) -> None:
    home = configured(tmp_path / "home", 'trusted_proxies = "many"', 'public_url = "nowhere"')
    findings = examine(home, backups=None, online=False)
    assert codes(findings) == {"settings.refused"}
    assert len(findings) == 2


def test_an_empty_home_lacks_a_database_and_nothing_is_made_in_it(tmp_path: Path) -> None:
    home = configured(tmp_path / "home")
    assert "schema.none" in codes(examine(home, backups=None, online=False))
    assert [path.name for path in home.iterdir()] == ["clearance.toml"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('public_url = "http://clearance.example"', "public_url.plain"),
        ('second_factor = "none"', "second_factor.none"),
        ("embedded_worker = false", "limiter.alone"),
        ("", "public_url.unset"),
        ("", "security_contact.unset"),
        ("", "trusted_proxies.none"),
        ("", "metrics.none"),
    ],
)
def test_settings_that_are_unwise_are_named(tmp_path: Path, line: str, code: str) -> None:
    assert code in codes(check_settings(read_settings(configured(tmp_path / "home", line))))


def test_wise_settings_are_left_alone(tmp_path: Path) -> None:
    home = configured(
        tmp_path / "home",
        'public_url = "https://clearance.example"',
        'security_contact = "mailto:security@clearance.example"',
        "trusted_proxies = 1",
        "embedded_worker = false",
        'limiter_storage = "redis://127.0.0.1"',
        'metrics_token_file = "/run/secrets/metrics"',
    )
    assert codes(check_settings(read_settings(home))) == set()


def test_secrets_and_photos_that_others_can_read_are_named(demo: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo, home, ignore=shutil.ignore_patterns("desk", "cards", "*.sock"))
    (home / "factors.key").chmod(0o644)
    (home / "documents").chmod(0o755)
    findings = examine(home, backups=None, online=False)
    assert {"secret.open", "documents.open"} <= codes(findings)
    (cure,) = [finding.cure for finding in findings if finding.code == "secret.open"]
    assert cure.startswith(f"chmod 600 {home / 'factors.key'}")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"schema": None}, "schema.none"),
        ({"schema": "0001"}, "schema.older"),
        ({"schema": "9999"}, "schema.newer"),
        ({"settings": {**WELL.settings, "fsync": "off"}}, "database.fsync"),
        ({"settings": {**WELL.settings, "synchronous_commit": "off"}}, "database.synchronous_commit"),
        ({"may_change": ("audit_log",)}, "database.owner"),
        ({"ahead": timedelta(seconds=-40)}, "clock.apart"),
    ],
)
def test_a_database_that_is_not_fit_is_named(tmp_path: Path, changes: dict[str, object], code: str) -> None:
    settings = read_settings(configured(tmp_path / "home"))
    clocks = {"clock.free"}  # the machine's own
    assert codes(check_database(settings, WELL)) <= clocks
    assert codes(check_database(settings, replace(WELL, **changes))) - clocks == {code}


def test_postgresql_says_who_may_change_the_record_and_what_it_would_lose() -> None:
    postgresql.require()
    with postgres.running() as server:
        owner = SqlDatabase(server.url)
        owner.give_rights("clearance_app")
        asked = owner.condition(now=now())
        owner.close()
        member = SqlDatabase(f"{server.url}&options=-crole%3Dclearance_app")
        of_member = member.condition(now=now())
        member.close()
    assert asked.current
    assert "audit_log" in asked.may_change
    assert of_member.may_change == ()
    assert asked.settings["fsync"] == "off"
    assert asked.ahead is not None
    assert abs(asked.ahead) < timedelta(seconds=30)


def test_backups_that_are_not_told_of_or_not_there_are_named(tmp_path: Path) -> None:
    settings = read_settings(configured(tmp_path / "home"))
    assert codes(check_backups(settings, None, at=now())) == {"backup.unknown"}
    assert codes(check_backups(settings, tmp_path, at=now())) == {"backup.none"}
