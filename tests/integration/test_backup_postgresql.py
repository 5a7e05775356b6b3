"""Backup and restore on PostgreSQL: pg_dump of the snapshot that was counted, and back into an empty database."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.publish import keep_published
from clearance.storage.database import SqlDatabase
from tests.fakes import postgres
from tests.fakes.installation import Installation, joined, made_keys
from tests.fakes.office import ISSUER, NOW, furnish
from tests.fakes.outside import FakeClock, FakePrinter
from tests.fakes.records_keys import KEYS, lay_keys
from tests.integration.backups import at, done, issue, revoke_card


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running() as running:
        yield running


@pytest.fixture(autouse=True)
def two_hours_later(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock(NOW + timedelta(hours=2))
    monkeypatch.setattr("clearance.bootstrap.now", clock.now)
    monkeypatch.setattr("clearance.cli.restore_steps.now", clock.now)


def prepared(home: Path, url: str) -> Path:
    home.mkdir()
    (home / "clearance.toml").write_text(f'environment = "demo"\ndatabase_url = "{url}"\n')
    return home


def office_at(home: Path, database: SqlDatabase) -> Installation:
    return joined(home, database=database, printer=FakePrinter())


def empty_database(server: postgres.Server, name: str) -> str:
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


def test_a_restored_database_has_every_row_goes_on_counting_and_keeps_its_guards(
    server: postgres.Server, tmp_path: Path
) -> None:
    identity = tmp_path / "key.txt"
    public = done("backup", "key", "--out", identity).stdout.strip()
    home = prepared(tmp_path / "home", server.url)
    lay_keys(home)
    shutil.copytree(made_keys(), home / "keys")
    with server.database() as database:
        furnish(database)
        office = office_at(home, database)
        cards = [issue(office, number) for number in range(3)]
        keep_published(office.room)
        publish_checkpoint(office.room)
        with at(office.clock):
            office.clock.advance(minutes=30)
            made = done("backup", tmp_path / "backups", "--home", home, "--recipient", public)
            office.clock.advance(minutes=30)
        revoke_card(office, cards[0])
        keep_published(office.room)
    url = empty_database(server, "restored")
    new = prepared(tmp_path / "new", url)
    shutil.copytree(home / "keys" / "private", new / "keys" / "private")
    said = done(
        "restore", tmp_path / "backups", "--home", new, "--identity", identity, "--officer", ISSUER.number, status=1
    )  # the cards of a test's printer are no cards that anybody reads
    assert made.stdout.splitlines()[1] in said.stdout
    assert "rows, and there were" not in said.stdout
    done("restore", "finish", "--home", new, "--officer", ISSUER.number, "--latest-trust", home / "keys" / "public")
    again = SqlDatabase(url, keys=KEYS)
    try:
        office = office_at(new, again)
        office.clock.at = NOW + timedelta(hours=2)
        keep_published(office.room)
        with again.read() as work:
            taken_back = work.clearances.get(cards[0].clearance_no)
            assert taken_back is not None
            assert taken_back.revocation is not None
        card = issue(office, 9)
        assert card.status_ref.uri not in {each.status_ref.uri for each in cards}
        with again.read() as work:
            assert not work.audit.verify().faults
            assert triggers(server.url) == triggers(url)
    finally:
        again.close()


def triggers(url: str) -> set[tuple[str, str]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        )
        names = {(row[0], row[1]) for row in found}
    engine.dispose()
    return names


def test_a_database_with_anything_in_it_is_left_as_it_is(server: postgres.Server, tmp_path: Path) -> None:
    identity = tmp_path / "key.txt"
    public = done("backup", "key", "--out", identity).stdout.strip()
    home = prepared(tmp_path / "home", server.url)
    lay_keys(home)
    with server.database() as database:
        furnish(database)
        done("backup", tmp_path / "backups", "--home", home, "--recipient", public)
        new = prepared(tmp_path / "new", server.url)
        refused = done(
            "restore",
            tmp_path / "backups",
            "--home",
            new,
            "--identity",
            identity,
            "--officer",
            ISSUER.number,
            status=65,
        )
        assert "has tables already" in refused.output
        with database.read() as work:
            assert work.staff.get(ISSUER.number) is not None


def test_without_pg_dump_it_says_what_to_install(
    server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = tmp_path / "key.txt"
    public = done("backup", "key", "--out", identity).stdout.strip()
    home = prepared(tmp_path / "home", server.url)
    lay_keys(home)
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = done("backup", tmp_path / "backups", "--home", home, "--recipient", public, status=65)
    assert "pg_dump is not on the PATH" in refused.output
    assert not list((tmp_path / "backups").glob("*/manifest.json"))
