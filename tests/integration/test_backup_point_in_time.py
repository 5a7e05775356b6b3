"""PostgreSQL brought back to a moment by its own means: the office says so, and learns what was published since."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from clearance.credential.status import Status
from clearance.issuing.publish import NotReconciled, keep_published
from clearance.storage.database import SqlDatabase
from tests.fakes.installation import joined, made_keys
from tests.fakes.office import ISSUER, NOW, furnish
from tests.fakes.outside import FakeClock, FakePrinter
from tests.fakes.records_keys import KEYS, lay_keys
from tests.integration.backups import done, issue, revoke_card
from tests.stack import postgresql
from tests.stack.postgresql import Cluster, installed, server_user

DURABLE_ENOUGH = ("fsync=off", "full_page_writes=on", "synchronous_commit=on")


def archiving(archive: Path) -> tuple[str, ...]:
    return (*DURABLE_ENOUGH, "archive_mode=on", f"archive_command=cp %p {archive}/%f", "archive_timeout=60")


@contextmanager
def short_folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="pitr-", dir="/tmp"))  # a socket has a short path
    folder.chmod(0o755)
    if server_user():
        shutil.chown(folder, "postgres")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def as_server_user(*command: str | Path) -> None:
    subprocess.run(command, check=True, user=server_user(), stdout=subprocess.DEVNULL, cwd="/")


def moment_on(server: Cluster) -> str:
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        row = connection.execute("SELECT clock_timestamp()::text").fetchone()
    assert row is not None
    return str(row[0])


def archive_all(server: Cluster, archive: Path) -> None:
    """Have the log archived up to now, as the next minute would."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        for _ in range(100):
            if (archive / row[0]).exists():
                return
            connection.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the log was not archived")


def test_an_office_that_went_back_an_hour_keeps_a_card_cancelled_that_was_cancelled_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql.require()
    clock = FakeClock(NOW + timedelta(hours=2))
    monkeypatch.setattr("clearance.bootstrap.now", clock.now)
    monkeypatch.setattr("clearance.cli.restore_steps.now", clock.now)
    home = tmp_path / "home"
    home.mkdir()
    lay_keys(home)
    shutil.copytree(made_keys(), home / "keys")
    with short_folder() as folder, short_folder() as archive:
        with postgresql.kept(folder / "one", settings=archiving(archive)) as server:
            database = SqlDatabase(server.url, keys=KEYS)
            database.migrate()
            furnish(database)
            office = joined(home, database=database, printer=FakePrinter())
            card = issue(office, 1)
            as_server_user(
                *(installed() / "pg_basebackup", "-h", server.folder, "-p", str(server.port), "-U", "postgres"),
                *("-D", folder / "two" / "data", "-X", "none", "-c", "fast", "--no-sync"),
            )
            second = issue(office, 2)
            moment = moment_on(server)
            revoke_card(office, card)
            lost = issue(office, 3)
            office.clock.advance(hours=1, minutes=30)
            keep_published(office.room)
            archive_all(server, archive)
            database.close()
        as_server_user("touch", folder / "two" / "data" / "recovery.signal")
        back = (
            *DURABLE_ENOUGH,
            f"restore_command=cp {archive}/%f %p",
            f"recovery_target_time={moment}",
            "recovery_target_action=promote",
        )
        with postgresql.kept(folder / "two", settings=back) as server:
            (home / "clearance.toml").write_text(f'environment = "demo"\ndatabase_url = "{server.url}"\n')
            made_at = f"{NOW + timedelta(minutes=10):%Y-%m-%d %H:%M:%S}"
            done("restore", "begin", "--home", home, "--officer", ISSUER.number, "--made-at", made_at)
            database = SqlDatabase(server.url, keys=KEYS)
            try:
                office = joined(home, database=database, printer=FakePrinter())
                office.clock.at = clock.now()
                with database.read() as work:
                    assert work.clearances.get(second.clearance_no) is not None
                    assert work.clearances.get(lost.clearance_no) is None
                    standing = work.clearances.get(card.clearance_no)
                    assert standing is not None
                    assert standing.status is Status.VALID
                with pytest.raises(NotReconciled):
                    keep_published(office.room)
                publish_bundle = ("keys", "bundle", "publish", "--renew", "--dir", home / "keys")
                assert "clearance restore finish" in done(*publish_bundle, status=75).output
                done(
                    "restore", "finish", "--home", home, "--officer", ISSUER.number
                )  # what is published here is newest
                keep_published(office.room)
                with database.read() as work:
                    standing = work.clearances.get(card.clearance_no)
                    assert standing is not None
                    assert standing.status is Status.INVALID
                assert issue(office, 4).status_ref.uri != lost.status_ref.uri
            finally:
                database.close()
