"""A restored office learns what was published since its backup, and revives nothing."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import NotSigned, Trouble
from clearance.issuing.request import request_card
from tests.fakes.installation import Installation
from tests.fakes.office import DEVICE, ISSUER, NOW, expect
from tests.fakes.outside import FakeClock
from tests.integration.backups import Lost, at, bring_keys, done, publish, pull, restored, restored_office
from verifier.stick import write_stick
from verifier.truststore import TrustStore


@pytest.fixture(autouse=True)
def two_hours_later() -> Iterator[None]:
    with at(FakeClock(NOW + timedelta(hours=2))):
        yield


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


def test_a_worker_whose_card_of_the_lost_days_was_kept_gets_no_second_one_unseen(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    shutil.copytree(lost.store, home / "documents", dirs_exist_ok=True)
    kept = lost.cards["unknown"]
    said = done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
    assert f"On hold: {kept.application_reference}. Its worker has the card {kept.clearance_no}" in said.output
    bring_keys(lost, home)
    with restored_office(lost, home) as office:
        office.clock.at = NOW + timedelta(hours=2)
        publish(office)
        refused = request_card(office.service, kept.application_reference, officer=ISSUER, device=DEVICE)
        assert isinstance(refused, Refused)
        with office.service.database.read() as work:
            case = work.applications.get(kept.application_reference)
            assert not work.audit.verify().faults
        assert case is not None
        assert case.state is ApplicationState.HELD
        assert kept.clearance_no in str(case.acts[-1].reason)


def test_documents_that_come_back_only_later_hold_the_same_cases(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    done("restore", "finish", "--home", home, "--officer", ISSUER.number, "--latest-trust", lost.desk)
    shutil.copytree(lost.store, home / "documents", dirs_exist_ok=True)
    kept = lost.cards["unknown"]
    assert "On hold" not in done("restore", "orphans", "--home", home, status=1).output
    assert "There is no officer" in done("restore", "orphans", "--home", home, "--hold", "NOBODY", status=65).output
    said = done("restore", "orphans", "--home", home, "--hold", ISSUER.number, status=1)
    assert f"On hold: {kept.application_reference}" in said.output
    assert "On hold" not in done("restore", "orphans", "--home", home, "--hold", ISSUER.number, status=1).output


def test_a_backup_made_by_a_slow_clock_makes_no_old_list_a_newer_one(lost: Lost, tmp_path: Path) -> None:
    home = tmp_path / "new"
    restored(lost, home)
    with closing(sqlite3.connect(home / "clearance.db")) as connection:
        connection.execute("UPDATE restorations SET made_at = '2020-01-01 00:00:00'")
        connection.commit()
    finish = ("restore", "finish", "--home", home, "--officer", ISSUER.number)
    assert "--despite-no-newer-list" in done(*finish, status=1).output
    done(*finish, "--latest-trust", lost.desk)
