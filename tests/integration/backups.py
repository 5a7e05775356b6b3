"""An office whose machine is lost after its last backup, and the way back: what the tests of backups share."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
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
from tests.fakes.installation import Installation, installation, joined, snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, decide, draft, expect
from tests.fakes.outside import FakeClock
from tests.fakes.records_keys import KEYS
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
def at(clock: FakeClock) -> Iterator[None]:
    """The commands go by this clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearance.bootstrap.now", clock.now)
        patch.setattr("clearance.cli.restore_steps.now", clock.now)
        yield


def lost_office(folder: Path) -> Lost:
    """Work, a backup, an hour of work that is in no backup, and the end of the machine."""
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
    with installation(home) as office, at(office.clock):
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
    by = {"officer": ISSUER, "device": DEVICE, "version": case.version, "reason": "Asked"}
    expect(move_with_reason(office.service, case.reference, Move.HOLD, **by))


def restored(
    lost: Lost, home: Path, *, status: int = 0, identity: Path | None = None, source: Path | None = None
) -> Result:
    return done(
        *("restore", source or lost.backups, "--home", home, "--identity", identity or lost.identity),
        *("--officer", ISSUER.number, "--verify", "all"),
        status=status,
    )


def interrupted(lost: Lost, home: Path, *, step: str) -> None:
    """A restore whose disk fails at a step of `clearance.cli.restore_steps`."""
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(f"clearance.cli.restore_steps.{step}", _disk_fails)
        restored(lost, home, status=74)


def _disk_fails(*_: object, **__: object) -> None:
    raise OSError(5, "Input/output error", "/dev/sda1")


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


def rows(database: Path, table: str) -> list[tuple]:
    with closing(sqlite3.connect(database)) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)


def pull(desk: TrustStore, published: Path, folder: Path) -> None:
    """What a desk's synchronisation does with what is published."""
    folder.mkdir(exist_ok=True)
    shutil.copy(published / "root.pem", folder / "root.pem")
    assert desk.offer_trust((published / "trust.cose").read_bytes())
    for path in sorted((published / "status").glob("*.cwt")):
        assert desk.offer_status(path.stem, path.read_bytes())
