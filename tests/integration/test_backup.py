"""A backup of an office at work, brought back into an empty machine: nothing is lost, and nothing revived."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from clearance.bootstrap import read_settings, service_of
from clearance.cli import clearance as main
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import Move
from clearance.issuing import entry
from clearance.issuing.cards import pdf as pdf_of
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.correct import correct
from clearance.issuing.halt import resume_signing
from clearance.issuing.ports import NotSigned, Trouble
from clearance.issuing.publish import NotReconciled, keep_published
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.with_reason import move_with_reason
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from tests.fakes.installation import Installation, installation, joined, snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, NOW, decide, draft, expect
from tests.fakes.outside import FakeClock
from tests.fakes.records_keys import KEYS, SEAL
from verifier.stick import write_stick
from verifier.truststore import TrustStore


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"LC_ALL": "C.UTF-8"}).invoke(main, [str(argument) for argument in arguments])


def done(*arguments: str | Path, status: int = 0) -> Result:
    result = run(*arguments)
    if result.exit_code != status:
        print(result.output)
    assert result.exit_code == status, result.exception
    return result


def issue(office: Installation, index: int) -> Clearance:
    wanted = entry.with_portrait(office.service, draft(index), office.service.prepare_photo(snapshot()))
    approved = decide(office.service, expect(entry.enter(office.service, wanted, officer=CLERK, device=DEVICE)))
    return expect(request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE))


@dataclass(frozen=True, kw_only=True)
class Lost:
    """An office whose machine is gone: its last backup, the key that opens it, what lies in the safe, and what desks
    hold. The facts are those of the last moment before."""

    backups: Path
    identity: Path
    public: str
    safe: Path
    desk: Path
    before: Path
    store: Path
    cards: dict[str, Clearance]
    printed: Result


@contextmanager
def at(office: Installation) -> Iterator[None]:
    """The commands go by the office's clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearance.bootstrap.now", office.clock.now)
        patch.setattr("clearance.cli.restore_steps.now", office.clock.now)
        yield


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Lost:
    """Work, a backup, an hour of work that is in no backup, and the end of the machine."""
    folder = tmp_path_factory.mktemp("lost")
    home = folder / "home"
    home.mkdir()
    identity = folder / "safe" / "backup-key.txt"
    identity.parent.mkdir()
    public = done("backup", "key", "--out", identity).stdout.strip()
    (home / "backup-recipients.txt").write_text(f"# the office's\n{public}\n")
    (home / "clearance.toml").write_text('environment = "demo"\n[messages.smtp]\npassword = "hunter2-mail"\n')
    (home / "help" / "bn").mkdir(parents=True)
    (home / "help" / "bn" / "fees.md").write_text("# ফি\n", encoding="utf-8")
    (home / "factors.key").write_bytes(b"f" * 32)
    (home / "session.secret").write_bytes(b"s" * 64)
    with installation(home) as office, at(office):
        cards = {kind: issue(office, number) for number, kind in enumerate(("valid", "revoked", "held", "corrected"))}
        care_for(office, cards)
        cards |= {"revoked later": issue(office, 4), "held later": issue(office, 5)}
        approved_only = enter(office, 6)
        publish(office)
        office.clock.advance(minutes=30)
        printed = done("backup", folder / "backups", "--home", home)
        shutil.copytree(home, folder / "before")
        office.clock.advance(minutes=30)
        revoke_card(office, cards["revoked later"])
        hold_case(office, cards["held later"])
        cards["unknown"] = expect(request_card(office.service, approved_only, officer=ISSUER, device=DEVICE))
        cards["unknown, revoked"] = issue(office, 7)
        revoke_card(office, cards["unknown, revoked"])
        office.clock.advance(minutes=5)
        publish(office)
        shutil.copytree(home / "keys" / "public", folder / "desk")
        shutil.copytree(home / "keys" / "private", folder / "safe" / "private")
        shutil.copytree(home / "documents", folder / "store")
    shutil.rmtree(home)
    return Lost(
        backups=folder / "backups",
        identity=identity,
        public=public,
        safe=folder / "safe",
        desk=folder / "desk",
        before=folder / "before",
        store=folder / "store",
        cards=cards,
        printed=printed,
    )


def enter(office: Installation, index: int) -> str:
    wanted = entry.with_portrait(office.service, draft(index), office.service.prepare_photo(snapshot()))
    begun = expect(entry.enter(office.service, wanted, officer=CLERK, device=DEVICE))
    return decide(office.service, begun).reference


def publish(office: Installation) -> None:
    keep_published(office.room)
    publish_checkpoint(office.room)


def care_for(office: Installation, cards: dict[str, Clearance]) -> None:
    """One card is revoked, one held, one replaced by its correction."""
    revoke_card(office, cards["revoked"])
    hold_case(office, cards["held"])
    with office.service.database.read() as reading:
        old = reading.applications.get(cards["corrected"].application_reference)
    assert old is not None
    better = replace(old.draft, worker=replace(old.draft.worker, name_bn="মোঃ রহিম উদ্দীন"))
    begun = expect(correct(office.service, cards["corrected"].clearance_no, better, officer=CLERK, device=DEVICE))
    decided = decide(office.service, begun)
    cards["correction"] = expect(request_card(office.service, decided.reference, officer=ISSUER, device=DEVICE))


def revoke_card(office: Installation, card: Clearance) -> None:
    reason = RevocationReason.VISA_CANCELLED
    expect(revoke(office.service, card.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark=""))


def hold_case(office: Installation, card: Clearance) -> None:
    with office.service.database.read() as reading:
        case = reading.applications.get(card.application_reference)
    assert case is not None
    expect(
        move_with_reason(
            office.service,
            case.reference,
            Move.HOLD,
            officer=ISSUER,
            device=DEVICE,
            version=case.version,
            reason="Asked",
        )
    )


def restored(
    lost: Lost, home: Path, *, status: int = 0, identity: Path | None = None, source: Path | None = None
) -> Result:
    return done(
        *("restore", source or lost.backups, "--home", home, "--identity", identity or lost.identity),
        *("--officer", ISSUER.number, "--verify", "all"),
        status=status,
    )


def bring_keys(lost: Lost, home: Path) -> None:
    """What the key ceremony kept."""
    shutil.copytree(lost.safe / "private", home / "keys" / "private")


@contextmanager
def restored_office(lost: Lost, home: Path) -> Iterator[Installation]:
    database = SqlDatabase(f"sqlite:///{home / 'clearance.db'}", keys=KEYS)
    try:
        yield joined(home, database=database)
    finally:
        database.close()


@pytest.fixture(autouse=True)
def two_hours_later(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock(NOW + timedelta(hours=2))
    monkeypatch.setattr("clearance.bootstrap.now", clock.now)
    monkeypatch.setattr("clearance.cli.restore_steps.now", clock.now)


def rows(database: Path, table: str) -> list[tuple]:
    with closing(sqlite3.connect(database)) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)


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


def test_nothing_is_signed_or_published_before_the_office_is_reconciled(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    assert not (home / "keys" / "public").exists()
    shutil.copytree(lost.desk, home / "keys" / "public")  # somebody puts the published files back by hand
    bring_keys(lost, home)
    with restored_office(lost, home) as office:
        with pytest.raises(NotReconciled):
            keep_published(office.room)
        with pytest.raises(NotReconciled):
            publish_checkpoint(office.room)
        refused = resume_signing(office.service, officer_no=ISSUER.number, reason="Let us go on")
        assert isinstance(refused, Refused)
        assert refused.objections[0].ground is Ground.NOT_RECONCILED
        reference = lost.cards["unknown"].application_reference
        stopped = request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        assert isinstance(stopped, Refused)
        assert stopped.objections[0].ground is Ground.SIGNING_STOPPED


def test_a_card_revoked_after_the_backup_stays_revoked_at_every_desk_and_in_the_books(
    lost: Lost, tmp_path: Path
) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    finished_ = done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
    assert "2 cards in the books, 1 that the books do not know" in finished_.stdout
    bring_keys(lost, home)
    desk = TrustStore(tmp_path / "desk", tmp_path / "memory")
    pull(desk, lost.desk, tmp_path / "desk")
    new_desk = TrustStore(tmp_path / "new-desk")
    with restored_office(lost, home) as office:
        office.clock.at = NOW + timedelta(hours=2)
        publish(office)
        pull(desk, home / "keys" / "public", tmp_path / "desk")
        pull(new_desk, home / "keys" / "public", tmp_path / "new-desk")
        when = int(office.clock.now().timestamp())
        for held in (desk.load(), new_desk.load()):
            said = {kind: verdict_for(pack(card.token), held=held, at=when).reason for kind, card in lost.cards.items()}
            assert said == EXPECTED
        with office.service.database.read() as reading:
            later = reading.clearances.get(lost.cards["revoked later"].clearance_no)
            assert later is not None
            assert later.status is Status.INVALID
            assert not reading.audit.verify().faults
        assert not office_signs_on_an_old_list(office, lost)


def office_signs_on_an_old_list(office: Installation, lost: Lost) -> bool:
    reference = lost.cards["unknown"].application_reference
    again = expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))
    return again.status_ref.uri in {card.status_ref.uri for card in lost.cards.values()}


EXPECTED = {
    "valid": Reason.VALID,
    "revoked": Reason.REVOKED,
    "held": Reason.SUSPENDED,
    "corrected": Reason.SUPERSEDED,
    "correction": Reason.VALID,
    "revoked later": Reason.REVOKED,
    "held later": Reason.SUSPENDED,
    "unknown": Reason.VALID,
    "unknown, revoked": Reason.REVOKED,
}


def pull(desk: TrustStore, published: Path, folder: Path) -> None:
    """What a desk's synchronisation does with what is published."""
    folder.mkdir(exist_ok=True)
    shutil.copy(published / "root.pem", folder / "root.pem")
    assert desk.offer_trust((published / "trust.cose").read_bytes())
    for path in sorted((published / "status").glob("*.cwt")):
        assert desk.offer_status(path.stem, path.read_bytes())


def test_without_a_newer_list_finishing_takes_a_reason_and_a_second_step(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    finish = ("restore", "finish", "--home", home, "--officer", ISSUER.number)
    first = done(*finish, status=1)
    assert "--despite-no-newer-list" in first.output
    code = first.output.split("--confirm ")[1].split()[0]
    assert done(*finish, "--despite-no-newer-list", "The airport burnt down", status=1).output == first.output
    assert done(*finish, "--confirm", code, status=1).output == first.output
    assert done(*finish, "--despite-no-newer-list", " ", "--confirm", code, status=64)
    done(*finish, "--despite-no-newer-list", "The airport burnt down", "--confirm", code)
    bring_keys(lost, home)
    with restored_office(lost, home) as office, office.service.database.read() as work:
        finished = [entry for entry in work.audit.entries(subject="restore") if entry.act == "restore.finished"]
        assert [entry.facts["despite"] for entry in finished] == ["The airport burnt down"]
        assert work.signing.standing_stop() is None
    assert "Nothing waits" in done(*finish, status=65).output


def test_a_desk_that_saw_a_revocation_refuses_whatever_the_office_publishes_without_it(
    lost: Lost, tmp_path: Path
) -> None:
    """The office had nothing newer than its backup, and forgot: the desk did not."""
    home = tmp_path / "new"
    restored(lost, home)
    finish = ("restore", "finish", "--home", home, "--officer", ISSUER.number, "--despite-no-newer-list", "None found")
    code = done(*finish, status=1).output.split("--confirm ")[1].split()[0]
    done(*finish, "--confirm", code)
    bring_keys(lost, home)
    desk = TrustStore(tmp_path / "desk", tmp_path / "memory")
    pull(desk, lost.desk, tmp_path / "desk")
    with restored_office(lost, home) as office:
        office.clock.at = NOW + timedelta(hours=2)
        publish(office)
        published = home / "keys" / "public"
        desk.offer_trust((published / "trust.cose").read_bytes())
        for path in sorted((published / "status").glob("*.cwt")):
            desk.offer_status(path.stem, path.read_bytes())
        when = int(office.clock.now().timestamp())
        for kind in ("revoked", "revoked later", "unknown, revoked"):
            verdict = verdict_for(pack(lost.cards[kind].token), held=desk.load(), at=when)
            assert verdict.reason is Reason.REVOKED, kind


def test_a_stick_of_a_desk_will_do_and_a_forged_one_counts_for_nothing(lost: Lost, tmp_path: Path) -> None:
    home, stick, forged = tmp_path / "new", tmp_path / "desk.zip", tmp_path / "forged.zip"
    restored(lost, home)
    write_stick(stick, lost.desk, checkpoint=(lost.desk / "checkpoint.cose").read_bytes())
    with ZipFile(stick) as good, ZipFile(forged, "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content[:-1] + bytes([content[-1] ^ 1]))
    finish = ("restore", "finish", "--home", home, "--officer", ISSUER.number)
    assert "--confirm" in done(*finish, "--latest-trust", forged, status=1).output
    assert done(*finish, "--latest-trust", tmp_path / "new" / "clearance.db", status=65)
    said = done(*finish, "--latest-trust", forged, "--latest-trust", stick)
    assert "2 cards in the books, 1 that the books do not know" in said.output
    assert "has lost its last" in said.output
    assert (home / "restored").glob("checkpoint-*.cose")
    assert not (home / "keys" / "public" / "checkpoint.cose").exists()


def test_no_number_or_index_of_the_lost_days_is_used_again(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
    bring_keys(lost, home)
    with restored_office(lost, home) as office:
        office.clock.at = NOW + timedelta(hours=2)
        reference = lost.cards["unknown"].application_reference
        with pytest.raises(NotSigned) as refused:  # the new list is not out yet
            request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        assert refused.value.trouble is Trouble.LIST_NOT_OPEN
        publish(office)
        used = {(card.status_ref.uri, card.status_ref.idx) for card in lost.cards.values()}
        numbers = {card.clearance_no for card in lost.cards.values()}
        again = expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))
        assert (again.status_ref.uri, again.status_ref.idx) not in used
        assert again.status_ref.uri not in {uri for uri, _ in used}
        assert again.clearance_no not in numbers
        with office.service.database.read() as work:
            epoch = work.restorations.epoch()
        assert again.status_ref.uri.endswith(f"-{epoch}")
        assert verdict_for(pack(again.token), held=office.room.held(), at=int(office.clock.now().timestamp())).claims


def test_two_returns_from_one_backup_never_share_a_list(lost: Lost, tmp_path: Path) -> None:
    uris = set()
    for name in ("one", "two"):
        home = tmp_path / name
        restored(lost, home)
        done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
        bring_keys(lost, home)
        with restored_office(lost, home) as office:
            office.clock.at = NOW + timedelta(hours=2)
            publish(office)
            uris.add(office.room.status_uri)
    assert len(uris) == 2


def test_a_store_that_outlived_the_database_names_the_cards_of_the_lost_days(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    assert done("restore", "orphans", "--home", home).output.splitlines()[0].endswith(": 0.")
    shutil.copytree(lost.store, home / "documents", dirs_exist_ok=True)
    said = done("restore", "orphans", "--home", home, status=1).output
    for kind in ("unknown", "unknown, revoked"):
        card = lost.cards[kind]
        assert f"{card.clearance_no} {card.passport_no} {card.status_ref.uri}#{card.status_ref.idx}" in said
    assert "rows" not in said
    assert lost.cards["valid"].clearance_no not in said


def test_a_place_that_is_not_empty_is_left_as_it_is(lost: Lost, tmp_path: Path) -> None:
    for taken in ("clearance.db", "documents", "notes.txt"):
        home = tmp_path / taken
        home.mkdir()
        (home / taken).write_text("somebody's")
        said = restored(lost, home, status=65)
        assert "is not empty" in said.output
        assert [path.name for path in home.iterdir()] == [taken]
        assert (home / taken).read_text() == "somebody's"


def test_an_interrupted_restore_goes_on_when_it_is_run_again(
    lost: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "new"
    for place in ("database_back", "documents_back", "_examined"):
        with monkeypatch.context() as cut:
            cut.setattr(f"clearance.cli.restore_steps.{place}", cut_short)
            restored(lost, home, status=74)
        assert (home / ".restore-under-way").exists()
    other = tmp_path / "other"
    shutil.copytree(lost.backups, other)
    assert "7 cards" in restored(lost, home).stdout
    assert not (home / ".restore-under-way").exists()
    assert "is not empty" in restored(lost, home, status=65).output


def cut_short(*_: object, **__: object) -> None:
    raise OSError(5, "Input/output error", "/dev/sda1")


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
