"""What every database promises about sessions, second factors, invitations and proposals; what every vault does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.domain.factors import Authenticator, FactorKind, Passkey
from clearance.domain.session import Place, Session, SessionEnd
from clearance.domain.staff import Role
from clearance.domain.staff_change import ChangeKind, Invitation, Outcome, StaffChange
from clearance.issuing.ports import Conflict, Database, NotOnRecord, UnitOfWork, Vault
from clearance.storage.vault import AesVault
from tests.fakes.access import FakeVault
from tests.fakes.office import APPROVER, CLERK, EVERYTHING, ISSUER, NOW

PLACE = Place(device="browser:a", agent="Firefox, Linux", network="192.0.2.7")
SESSION = Session(key="a" * 64, officer_no=CLERK.number, place=PLACE, began_at=NOW, seen_at=NOW, complete=True)
PASSKEY = Passkey(
    credential_id=b"\x00\xffone",
    officer_no=CLERK.number,
    name="চাবি",
    public_key=b"\xa5",
    sign_count=2**32 - 1,
    added_at=NOW,
    used_at=None,
)
APP = Authenticator(officer_no=CLERK.number, sealed_secret=b"\x00sealed", added_at=NOW, last_step=2**33)
CHANGE = StaffChange(
    number=0,
    kind=ChangeKind.ROLES,
    officer_no=CLERK.number,
    roles=frozenset({Role.CHECKER, Role.ISSUER}),
    proposed_by=EVERYTHING.number,
    proposed_at=NOW,
)


def write(database: Database, *steps: Callable[[UnitOfWork], object]) -> None:
    with database.write() as work:
        for step in steps:
            step(work)
        work.commit()


class TestSessions:
    def test_they_come_back_as_they_were(self, database: Database) -> None:
        full = replace(
            SESSION,
            key="b" * 64,
            shown_at=NOW,
            factor=FactorKind.PASSKEY,
            overlapped=True,
            challenge=b"\x00\x01",
            ended_at=NOW,
            end=SessionEnd.MOVED,
        )
        write(database, lambda work: work.sessions.add(SESSION), lambda work: work.sessions.add(full))
        with database.read() as work:
            assert work.sessions.get(SESSION.key) == SESSION
            assert work.sessions.get(full.key) == full
            assert work.sessions.get("c" * 64) is None

    def test_one_is_written_anew_under_another_key(self, database: Database) -> None:
        renewed = replace(SESSION, key="b" * 64, shown_at=NOW, factor=FactorKind.TOTP)
        write(database, lambda work: work.sessions.add(SESSION))
        write(database, lambda work: work.sessions.replace(SESSION.key, renewed))
        with database.read() as work:
            assert work.sessions.get(SESSION.key) is None
            assert work.sessions.get(renewed.key) == renewed
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.sessions.replace(SESSION.key, renewed))

    def test_a_key_is_one_sessions(self, database: Database) -> None:
        with pytest.raises(Conflict):
            write(database, lambda work: work.sessions.add(SESSION), lambda work: work.sessions.add(SESSION))

    def test_those_of_an_officer_are_newest_first_and_not_older_than_asked(self, database: Database) -> None:
        old = replace(SESSION, key="b" * 64, began_at=NOW - timedelta(days=2))
        new = replace(SESSION, key="c" * 64, began_at=NOW + timedelta(hours=1), complete=False)
        other = replace(SESSION, key="d" * 64, officer_no=ISSUER.number)
        write(database, *(lambda work, each=each: work.sessions.add(each) for each in (old, SESSION, new, other)))
        with database.read() as work:
            found = work.sessions.of_officer(CLERK.number, since=NOW - timedelta(days=1))
            assert [each.key for each in found] == [new.key, SESSION.key]
            newest = work.sessions.newest(since=NOW - timedelta(days=1))
            assert {number: [each.key for each in theirs] for number, theirs in newest.items()} == {
                CLERK.number: [SESSION.key],
                ISSUER.number: [other.key],
            }

    def test_all_of_an_officer_end_but_one(self, database: Database) -> None:
        kept, ended = replace(SESSION, key="b" * 64), replace(SESSION, key="c" * 64)
        other = replace(SESSION, key="d" * 64, officer_no=ISSUER.number)
        over = replace(SESSION, key="e" * 64, end=SessionEnd.SIGNED_OUT, ended_at=NOW)
        everyone = (kept, ended, other, over)
        write(database, *(lambda work, each=each: work.sessions.add(each) for each in everyone))
        later = NOW + timedelta(hours=1)
        with database.write() as work:
            end = SessionEnd.SENT_AWAY
            assert work.sessions.end_all(CLERK.number, end=end, at=later, besides=kept.key) == 1
            work.commit()
        with database.read() as work:
            assert work.sessions.get(ended.key) == replace(ended, end=end, ended_at=later)
            assert [work.sessions.get(each.key) for each in (kept, other, over)] == [kept, other, over]

    def test_a_browser_is_known_after_a_whole_sign_in_only(self, database: Database) -> None:
        write(database, lambda work: work.sessions.add(replace(SESSION, complete=False)))
        with database.read() as work:
            assert not work.sessions.was_here(CLERK.number, PLACE.device)
        write(database, lambda work: work.sessions.replace(SESSION.key, SESSION))
        with database.read() as work:
            assert work.sessions.was_here(CLERK.number, PLACE.device)
            assert not work.sessions.was_here(ISSUER.number, PLACE.device)
            assert not work.sessions.was_here(CLERK.number, "browser:b")

    def test_old_ones_are_forgotten(self, database: Database) -> None:
        write(database, lambda work: work.sessions.add(SESSION))
        with database.write() as work:
            assert work.sessions.forget(before=NOW) == 0
            assert work.sessions.forget(before=NOW + timedelta(seconds=1)) == 1
            work.commit()
        with database.read() as work:
            assert work.sessions.get(SESSION.key) is None


class TestFactors:
    def test_they_come_back_as_they_were(self, database: Database) -> None:
        write(
            database,
            lambda work: work.factors.add_passkey(PASSKEY),
            lambda work: work.factors.put_authenticator(APP),
            lambda work: work.factors.put_recovery_codes(CLERK.number, ["1" * 64, "2" * 64]),
        )
        with database.read() as work:
            held = work.factors.of_officer(CLERK.number)
            assert (held.authenticator, held.passkeys, held.recovery_codes) == (APP, (PASSKEY,), 2)
            assert work.factors.held()[CLERK.number] == held

    def test_whoever_has_none_has_none(self, database: Database) -> None:
        with database.read() as work:
            assert not work.factors.of_officer(CLERK.number).any
            assert CLERK.number not in work.factors.held()
            assert APPROVER.number in work.factors.held()

    def test_a_newer_app_takes_the_place_of_the_older(self, database: Database) -> None:
        newer = replace(APP, sealed_secret=b"newer", last_step=7)
        write(database, lambda work: work.factors.put_authenticator(APP))
        write(database, lambda work: work.factors.put_authenticator(newer))
        with database.read() as work:
            assert work.factors.of_officer(CLERK.number).authenticator == newer

    def test_a_passkey_is_one_officers_and_its_use_is_kept(self, database: Database) -> None:
        write(database, lambda work: work.factors.add_passkey(PASSKEY))
        with pytest.raises(Conflict):
            write(database, lambda work: work.factors.add_passkey(replace(PASSKEY, officer_no=ISSUER.number)))
        used = replace(PASSKEY, sign_count=5, used_at=NOW)
        write(database, lambda work: work.factors.save_passkey(used))
        with database.read() as work:
            assert work.factors.of_officer(CLERK.number).passkeys == (used,)
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.factors.save_passkey(replace(used, credential_id=b"?")))

    def test_a_recovery_code_is_used_once_by_its_officer_alone(self, database: Database) -> None:
        write(database, lambda work: work.factors.put_recovery_codes(CLERK.number, ["1" * 64]))
        with database.write() as work:
            assert not work.factors.use_recovery_code(ISSUER.number, "1" * 64)
            assert not work.factors.use_recovery_code(CLERK.number, "2" * 64)
            assert work.factors.use_recovery_code(CLERK.number, "1" * 64)
            assert not work.factors.use_recovery_code(CLERK.number, "1" * 64)

    def test_removing_takes_what_was_named(self, database: Database) -> None:
        second = replace(PASSKEY, credential_id=b"two")
        write(
            database,
            lambda work: work.factors.add_passkey(PASSKEY),
            lambda work: work.factors.add_passkey(second),
            lambda work: work.factors.put_authenticator(APP),
            lambda work: work.factors.remove_passkey(PASSKEY.credential_id),
            lambda work: work.factors.remove_authenticator(CLERK.number),
        )
        with database.read() as work:
            held = work.factors.of_officer(CLERK.number)
            assert (held.authenticator, held.passkeys) == (None, (second,))

    def test_all_go_together_and_nobody_elses(self, database: Database) -> None:
        write(
            database,
            lambda work: work.factors.put_authenticator(replace(APP, officer_no=APPROVER.number)),
            lambda work: work.factors.put_recovery_codes(APPROVER.number, ["1" * 64]),
            lambda work: work.factors.remove_all(APPROVER.number),
        )
        with database.read() as work:
            held = work.factors.of_officer(APPROVER.number)
            assert (held.any, held.recovery_codes) == (False, 0)
            assert work.factors.of_officer(ISSUER.number).any


class TestStaffChanges:
    def test_an_invitation_takes_the_place_of_the_one_before_and_is_used_up(self, database: Database) -> None:
        first = Invitation(
            officer_no=CLERK.number, digest="1" * 64, made_by="operator", made_at=NOW, until=NOW + timedelta(days=3)
        )
        second = replace(first, digest="2" * 64, made_by=EVERYTHING.number)
        write(database, lambda work: work.staff_changes.invite(first))
        write(database, lambda work: work.staff_changes.invite(second))
        with database.read() as work:
            assert work.staff_changes.invitation(CLERK.number) == second
            assert work.staff_changes.invited() == {CLERK.number}
        write(database, lambda work: work.staff_changes.take(CLERK.number))
        with database.read() as work:
            assert work.staff_changes.invitation(CLERK.number) is None

    def test_a_proposal_gets_a_number_and_is_settled_once(self, database: Database) -> None:
        with database.write() as work:
            change = work.staff_changes.propose(CHANGE)
            work.commit()
        settled = replace(
            change, outcome=Outcome.AGREED, settled_by=APPROVER.number, settled_at=NOW + timedelta(hours=1)
        )
        with database.read() as work:
            assert work.staff_changes.get(change.number) == change
            assert list(work.staff_changes.waiting()) == [change]
        write(database, lambda work: work.staff_changes.settle(settled))
        with database.read() as work:
            assert work.staff_changes.get(change.number) == settled
            assert list(work.staff_changes.waiting()) == []
        with pytest.raises(Conflict):
            write(database, lambda work: work.staff_changes.settle(settled))

    def test_one_of_a_kind_waits_for_an_account(self, database: Database) -> None:
        write(
            database,
            lambda work: work.staff_changes.propose(CHANGE),
            lambda work: work.staff_changes.propose(replace(CHANGE, kind=ChangeKind.FACTORS, roles=None)),
        )
        with pytest.raises(Conflict):
            write(database, lambda work: work.staff_changes.propose(CHANGE))


@pytest.fixture(params=["fake", "aes"])
def vault(request: pytest.FixtureRequest) -> Vault:
    return FakeVault() if request.param == "fake" else AesVault(b"k" * 32)


class TestVault:
    def test_what_was_sealed_opens_for_its_owner_alone(self, vault: Vault) -> None:
        sealed = vault.seal(b"\x00secret", owner="A-1")
        assert vault.open(sealed, owner="A-1") == b"\x00secret"
        assert vault.open(sealed, owner="A-2") is None

    @pytest.mark.parametrize("damaged", [b"", b"\x00", b"\x00" * 12, b"\x00" * 40])
    def test_what_was_not_sealed_does_not_open(self, vault: Vault, damaged: bytes) -> None:
        assert vault.open(damaged, owner="A-1") is None

    def test_a_fingerprint_is_64_characters_and_its_codes_own(self, vault: Vault) -> None:
        assert vault.digest("abcd") == vault.digest("abcd") != vault.digest("abce")
        assert len(vault.digest("abcd")) == 64


def test_the_vault_shows_nothing_without_its_key_and_every_change() -> None:
    sealed = AesVault(b"k" * 32).seal(b"secret", owner="A-1")
    assert b"secret" not in sealed
    assert AesVault(b"j" * 32).open(sealed, owner="A-1") is None
    assert AesVault(b"j" * 32).digest("abcd") != AesVault(b"k" * 32).digest("abcd")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert AesVault(b"k" * 32).open(changed, owner="A-1") is None
