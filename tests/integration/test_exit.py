"""Leaving: an export holds everything, an empty installation takes it, and its trust files are enough for a desk."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.credential.qrtext import pack
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.lifecycle import Move
from clearance.issuing import entry
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.correct import correct
from clearance.issuing.publish import keep_published
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.with_reason import move_with_reason
from clearance.storage.database import SqlDatabase
from clearance.storage.sealing import keys_in
from tests.fakes import postgres
from tests.fakes.installation import Installation, installation, joined, snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, NOW, PERMIT, decide, draft, expect
from tests.fakes.outside import FakePrinter
from tests.stack import postgresql
from verifier.__main__ import verifier

NOTE = "Print of the ministry's page, seen by two officers ".ljust(64, ".")
"""Evidence in words, as long as a document's name."""
AT = str(int((NOW + timedelta(minutes=5)).timestamp()))


@dataclass(frozen=True, kw_only=True)
class Left:
    """An office at work, what it exported, and the code of a card of each kind."""

    home: Path
    folder: Path
    printed: Result
    codes: dict[str, str]


def run(command: str, folder: Path, home: Path) -> Result:
    return CliRunner(env={"LC_ALL": "C.UTF-8"}).invoke(main, [command, str(folder), "--home", str(home)])


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    home, folder = tmp_path_factory.mktemp("office"), tmp_path_factory.mktemp("out") / "export"
    with installation(home, printer=FakePrinter()) as office:
        issued = {kind: issue(office, index) for index, kind in enumerate(("valid", "revoked", "held", "corrected"))}
        work(office, issued)
        keep_published(office.room)  # the signer's round
        publish_checkpoint(office.room)
        printed = run("export", folder, home)
        assert printed.exit_code == 0, printed.output
        yield Left(
            home=home, folder=folder, printed=printed, codes={kind: pack(card.token) for kind, card in issued.items()}
        )


def issue(office: Installation, index: int) -> Clearance:
    case = draft(index)
    noted = replace(case.visa, check=replace(case.visa.check, evidence=NOTE))
    wanted = entry.with_portrait(office.service, replace(case, visa=noted), office.service.prepare_photo(snapshot()))
    approved = decide(office.service, expect(entry.enter(office.service, wanted, officer=CLERK, device=DEVICE)))
    return expect(request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE))


def work(office: Installation, issued: dict[str, Clearance]) -> None:
    """What happens to cards: one is revoked, one held, one replaced by its correction."""
    service = office.service
    reason = RevocationReason.VISA_CANCELLED
    expect(revoke(service, issued["revoked"].clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="ভিসা"))
    with service.database.read() as reading:
        held = reading.applications.get(issued["held"].application_reference)
        old = reading.applications.get(issued["corrected"].application_reference)
    assert held is not None
    assert old is not None
    expect(
        move_with_reason(
            service,
            held.reference,
            Move.HOLD,
            officer=ISSUER,
            device=DEVICE,
            version=held.version,
            reason="A complaint",
        )
    )
    better = replace(old.draft, worker=replace(old.draft.worker, name_bn="মোঃ রহিম উদ্দীন"))
    begun = expect(correct(service, issued["corrected"].clearance_no, better, officer=CLERK, device=DEVICE))
    expect(request_card(service, decide(service, begun).reference, officer=ISSUER, device=DEVICE))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder: Path, table: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "records" / f"{table}.jsonl").read_text("utf-8").splitlines()]


def test_an_empty_installation_takes_everything_and_gives_out_the_same_bytes(left: Left, tmp_path: Path) -> None:
    brought = run("import", left.folder, tmp_path / "new")
    assert brought.exit_code == 0, brought.output
    head = left.printed.stdout.splitlines()[-1]
    assert brought.stdout.splitlines()[-1] == head
    assert run("export", tmp_path / "again", tmp_path / "new").exit_code == 0
    assert content(tmp_path / "again") == content(left.folder)
    assert len(rows(left.folder, "clearances")) == 5
    assert {row["status"] for row in rows(left.folder, "clearances")} == {0, 1, 2, 3}
    assert any(name.endswith(".jpg") for name in content(left.folder / "documents"))


def test_no_table_of_the_database_is_left_out(left: Left) -> None:
    exported = {path.stem for path in (left.folder / "records").iterdir()}
    assert exported == {name for name, _ in made(left.home, "table")} - {"alembic_version", "record_keys"}


def test_every_guard_of_the_database_is_awake_again(left: Left, tmp_path: Path) -> None:
    assert run("import", left.folder, tmp_path / "new").exit_code == 0
    assert made(tmp_path / "new", "trigger") == made(left.home, "trigger")


def made(home: Path, kind: str) -> set[tuple[str, str]]:
    """Name and text of the tables or triggers of a SQLite database."""
    connection = sqlite3.connect(home / "clearance.db")
    try:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = ?", (kind,)))
    finally:
        connection.close()


def test_the_office_goes_on_where_it_was_brought_in(left: Left, tmp_path: Path) -> None:
    assert run("import", left.folder, tmp_path / "new").exit_code == 0
    shutil.copytree(left.home / "keys", tmp_path / "new" / "keys", dirs_exist_ok=True)
    keys = keys_in(tmp_path / "new" / "records.key")
    database = SqlDatabase(f"sqlite:///{tmp_path / 'new' / 'clearance.db'}", keys=keys)
    try:
        office = joined(tmp_path / "new", database=database, printer=FakePrinter())
        issue(office, 9)
        with database.read() as reading:
            permit = reading.permits.get(PERMIT.number)
            report = reading.audit.verify()
        assert permit is not None
        assert permit.used == 5
        assert not report.faults
    finally:
        database.close()


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [("valid", 0, "valid"), ("revoked", 1, "revoked"), ("held", 1, "suspended"), ("corrected", 1, "superseded")],
)
def test_a_desk_judges_cards_by_the_trust_files_of_the_export_alone(
    left: Left, tmp_path: Path, kind: str, status: int, reason: str
) -> None:
    trust = tmp_path / "trust"
    shutil.copytree(left.folder / "trust", trust)
    answer = CliRunner().invoke(verifier, ["check", "--bundle", str(trust), "--at", AT, left.codes[kind]])
    assert (answer.exit_code, json.loads(answer.stdout)["reason"]) == (status, reason)


def test_no_key_leaves(left: Left) -> None:
    assert any(b"PRIVATE" in found for found in content(left.home / "keys").values())
    everything = content(left.folder)
    assert not any(b"PRIVATE" in found for found in everything.values())
    assert {name.partition("/")[0] for name in everything} == {
        "manifest.json",
        "documents.jsonl",
        "documents",
        "records",
        "trust",
    }


def test_an_installation_in_use_is_left_as_it_is(left: Left, tmp_path: Path) -> None:
    refused = run("import", left.folder, left.home)
    assert refused.exit_code == 65
    assert "in use" in refused.stderr
    assert run("export", tmp_path / "after", left.home).exit_code == 0
    assert content(tmp_path / "after") == content(left.folder)


def test_a_folder_with_something_in_it_is_not_written_to(left: Left, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")
    assert run("export", tmp_path, left.home).exit_code == 73
    assert content(tmp_path) == {"note": b"mine"}


def flip(path: Path) -> None:
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)


def first(pattern: str) -> Callable[[Path], Path]:
    return lambda folder: sorted(folder.glob(pattern))[0]


@pytest.mark.parametrize(
    ("harm", "pattern"),
    [
        (flip, "records/clearances.jsonl"),
        (flip, "documents/*"),
        (flip, "documents.jsonl"),
        (flip, "trust/trust.cose"),
        (Path.unlink, "documents/*"),
        (Path.unlink, "manifest.json"),
    ],
)
def test_a_changed_or_missing_file_keeps_everything_out(
    left: Left, tmp_path: Path, harm: Callable[[Path], None], pattern: str
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(left.folder, damaged)
    harm(first(pattern)(damaged))
    assert run("import", damaged, tmp_path / "new").exit_code == 65
    assert not (tmp_path / "new" / "documents").exists()


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("audit_log", "visa_cancelled", "authority_order", "record of acts"),
        ("permits", '"used":4', '"used":3', "does not count"),
        ("clearances", '"status":3', '"status":"3"', "line"),
        ("clearances", '"approved_by":"A-1"', '"approved_by":"A-9"', "do not go together"),
    ],
)
def test_rows_written_anew_with_a_fitting_manifest_do_not_pass_as_the_record(
    left: Left, tmp_path: Path, table: str, old: str, new: str, says: str
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(left.folder, forged)
    path = forged / "records" / f"{table}.jsonl"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    manifest = json.loads((forged / "manifest.json").read_text())
    manifest["files"][f"records/{table}.jsonl"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (forged / "manifest.json").write_text(json.dumps(manifest))
    refused = run("import", forged, tmp_path / "new")
    assert (refused.exit_code, says in refused.stderr) == (65, True), refused.stderr
    assert run("import", left.folder, tmp_path / "new").exit_code == 0


def test_a_lost_document_is_told_and_does_not_close_the_way_out(left: Left, tmp_path: Path) -> None:
    assert run("import", left.folder, tmp_path / "new").exit_code == 0
    lost = next(path for path in (tmp_path / "new" / "documents").rglob("*") if path.is_file())
    lost.unlink()
    told = run("export", tmp_path / "again", tmp_path / "new")
    assert told.exit_code == 1
    assert "missing" in told.stderr
    assert json.loads((tmp_path / "again" / "manifest.json").read_text())["missing"] == 1
    assert run("import", tmp_path / "again", tmp_path / "third").exit_code == 0


def test_postgresql_takes_what_sqlite_gave_and_gives_the_same(left: Left, tmp_path: Path) -> None:
    postgresql.require()
    home = tmp_path / "new"
    home.mkdir()
    with postgres.running() as server:
        (home / "clearance.toml").write_text(f'database_url = "{server.url}"\n')
        brought = run("import", left.folder, home)
        assert brought.exit_code == 0, brought.output
        assert run("export", tmp_path / "again", home).exit_code == 0
        assert content(tmp_path / "again") == content(left.folder)
        assert run("import", left.folder, home).exit_code == 65
        database = SqlDatabase(server.url)
        try:
            with database.write() as work:
                work.connection.exec_driver_sql(
                    "INSERT INTO signatures (at, clearance_no, payload_sha256) VALUES (now(), 'x', 'y')"
                )
        finally:
            database.close()
