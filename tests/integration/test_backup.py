"""A backup of an office at work, brought back into an empty machine: nothing is lost."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.bootstrap import read_settings, service_of
from clearance.issuing.cards import pdf as pdf_of
from clearance.storage.documents import DocumentDirectory
from tests.fakes.installation import installation
from tests.fakes.office import ISSUER, NOW
from tests.fakes.outside import FakeClock
from tests.fakes.records_keys import SEAL
from tests.integration.backups import (
    Lost,
    at,
    done,
    interrupted,
    publish,
    restored,
    rows,
)


@pytest.fixture(autouse=True)
def two_hours_later() -> Iterator[None]:
    with at(FakeClock(NOW + timedelta(hours=2))):
        yield


def test_every_row_document_and_secret_comes_back_and_every_card_is_read_again(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    said = restored(lost, home)
    assert "7 cards" in said.stdout
    assert "7 cards read back" in said.stdout
    assert lost.printed.stdout.splitlines()[1] in said.stdout.splitlines()  # the head of the record of acts
    for table in ("clearances", "applications", "acts", "signatures", "permits", "officers", "desks"):
        assert rows(home / "clearance.db", table) == rows(lost.before / "clearance.db", table), table
    documents, kept = DocumentDirectory(home / "documents", SEAL), DocumentDirectory(lost.before / "documents", SEAL)
    assert list(documents.names()) == list(kept.names())
    for name in kept.names():
        assert documents.get(name) == kept.get(name)
    for secret in ("factors.key", "session.secret", "records.key", "help/bn/fees.md"):
        assert (home / secret).read_bytes() == (lost.before / secret).read_bytes()
    assert "hunter2" not in (home / "clearance.toml").read_text()
    assert "messages.smtp.password" in said.stdout
    assert "Key missing: card" in said.stdout


def test_a_place_that_is_not_empty_is_left_as_it_is(lost: Lost, tmp_path: Path) -> None:
    for taken in ("clearance.db", "documents", "notes.txt"):
        home = tmp_path / taken
        home.mkdir()
        (home / taken).write_text("somebody's")
        said = restored(lost, home, status=65)
        assert "is not empty" in said.output
        assert [path.name for path in home.iterdir()] == [taken]
        assert (home / taken).read_text() == "somebody's"


def test_an_interrupted_restore_goes_on_when_it_is_run_again(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    for place in ("database_back", "documents_back", "_examined"):
        interrupted(lost, home, step=place)
        assert (home / ".restore-under-way").exists()
    assert "7 cards" in restored(lost, home).stdout
    assert not (home / ".restore-under-way").exists()
    assert "is not empty" in restored(lost, home, status=65).output


def test_an_interrupted_restore_touches_no_database_but_its_own(
    lost: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names another database before the second try names one that is in use."""
    home = tmp_path / "new"
    interrupted(lost, home, step="database_back")
    with installation(tmp_path / "other") as other:
        publish(other)
        theirs = other.home / "clearance.db"
        monkeypatch.setenv("CLEARANCE_DATABASE_URL", f"sqlite:///{theirs}")
        before = rows(theirs, "audit_log"), rows(theirs, "signing_stops")
        assert "is there already" in restored(lost, home, status=65).output
        assert (rows(theirs, "audit_log"), rows(theirs, "signing_stops")) == before


def test_a_restore_that_was_interrupted_after_the_database_came_back_is_stopped_already(
    lost: Lost, tmp_path: Path
) -> None:
    home = tmp_path / "new"
    interrupted(lost, home, step="documents_back")
    assert len(rows(home / "clearance.db", "restorations")) == 1
    assert len(rows(home / "clearance.db", "signing_stops")) == 1
    restored(lost, home)
    assert len(rows(home / "clearance.db", "restorations")) == 1


def test_an_officer_whom_the_backup_does_not_know_cannot_stop_anything(lost: Lost, tmp_path: Path) -> None:
    arguments = ("restore", lost.backups, "--home", tmp_path / "new", "--identity", lost.identity)
    assert "There is no officer" in done(*arguments, "--officer", "NOBODY", status=65).output
    assert "7 cards" in restored(lost, tmp_path / "new").stdout  # the same command, with one who is


def test_the_worker_downloads_the_same_card_from_the_restored_office(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
    card = lost.cards["valid"]
    with service_of(read_settings(home)) as service:
        pdf = pdf_of(service, card.clearance_no)
    assert hashlib.sha256(pdf).hexdigest() == card.pdf_sha256
    assert pdf == DocumentDirectory(lost.store, SEAL).get(card.pdf_sha256)
