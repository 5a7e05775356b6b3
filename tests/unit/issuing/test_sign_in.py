"""The way in: password, second factor, and the session that stands for both."""

from dataclasses import replace

import pytest

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.factors import FactorKind, code_at, new_secret, plain_code, step_at
from clearance.domain.session import Place, SessionEnd
from clearance.domain.staff import Officer
from clearance.issuing import factors, passkeys
from clearance.issuing.factors import NotFresh
from clearance.issuing.own_account import end_others, own_account
from clearance.issuing.passkeys import RelyingParty
from clearance.issuing.passwords import WrongPassword, change_password
from clearance.issuing.people import block_officer
from clearance.issuing.sign_in import Entered, Step, Visit, key_of, resume, sign_in, sign_out
from clearance.storage.vault import AesVault
from tests.fakes.office import APPROVER, CLERK, ISSUER, PASSWORD, OfficeAtWork
from tests.fakes.passkey import SoftPasskey, passkey_of

HERE = Place(device="browser:here", agent="Firefox, Linux", network="192.0.2.7")
THERE = Place(device="browser:there", agent="Chrome, Windows", network="198.51.100.1")
SITE = "https://clearance.test"
PARTY = RelyingParty(id="clearance.test", origin=SITE, name="BMET clearance")
GOOD = "seven wet buffaloes hum"


def password_only(office: OfficeAtWork, officer: Officer = APPROVER, place: Place = HERE) -> Visit:
    entered = sign_in(office.service, username=officer.username, password=PASSWORD, place=place)
    assert entered is not None
    return entered.visit


def whole(office: OfficeAtWork, officer: Officer = APPROVER, place: Place = HERE) -> Entered:
    """A whole sign-in with the passkey that every deciding officer of the tests has."""
    entered = shown(office, password_only(office, officer, place))
    assert entered is not None
    return entered


def shown(office: OfficeAtWork, visit: Visit, *, origin: str = SITE) -> Entered | None:
    asked = passkeys.ask(office.service, visit, PARTY)
    assert asked is not None
    return passkeys.show_passkey(office.service, visit, PARTY, answer=passkey_of(visit.officer, origin).get(asked))


def with_app(office: OfficeAtWork, visit: Visit) -> bytes:
    """Set up an app for a fresh visit; its secret."""
    secret = new_secret()
    offered = factors.new_authenticator(office.service, visit.officer)
    opened = factors._offered(office.service, visit.officer, offered.sealed)
    assert opened is not None
    secret = opened
    code = code_at(secret, step_at(office.clock.at))
    assert factors.add_authenticator(office.service, visit, sealed=offered.sealed, code=code) is not None
    return secret


def acts(office: OfficeAtWork, number: str = APPROVER.number) -> list[str]:
    return [entry.act for entry in entries(office, number)]


def entries(office: OfficeAtWork, number: str = APPROVER.number) -> list[AuditEntry]:
    with office.service.database.read() as work:
        return list(work.audit.entries(subject=number))


class TestPassword:
    def test_whoever_only_enters_is_in_with_the_password(self, office: OfficeAtWork) -> None:
        visit = password_only(office, CLERK)
        assert visit.step is Step.WORK
        assert acts(office, CLERK.number) == [AuditAct.OFFICER_SIGNED_IN]

    def test_whoever_decides_is_not_in_before_the_second_factor(self, office: OfficeAtWork) -> None:
        assert password_only(office).step is Step.SHOW_FACTOR
        assert acts(office) == []

    def test_whoever_decides_and_has_none_must_set_one_up(self, office: OfficeAtWork) -> None:
        with office.service.database.write() as work:
            work.factors.remove_all(APPROVER.number)
            work.commit()
        assert password_only(office).step is Step.SET_UP_FACTOR

    @pytest.mark.parametrize(("username", "password"), [("e-1", "wrong"), ("nobody", PASSWORD), ("", ""), ("e-1", "")])
    def test_anything_else_is_one_answer(self, office: OfficeAtWork, username: str, password: str) -> None:
        assert sign_in(office.service, username=username, password=password, place=HERE) is None

    def test_an_unknown_name_costs_the_same_hash_as_a_wrong_password(self, office: OfficeAtWork) -> None:
        asked: list[str | None] = []
        counting = CountingPasswords(asked)
        service = replace(office.service, passwords=counting)
        sign_in(service, username="nobody", password="x", place=HERE)
        sign_in(service, username=CLERK.username, password="x", place=HERE)
        assert asked == [None, CLERK.password_hash]

    def test_a_hash_of_weaker_parameters_is_renewed(self, office: OfficeAtWork) -> None:
        with office.service.database.write() as work:
            work.staff.save(replace(CLERK, password_hash=f"old hash of {PASSWORD}"))
            work.commit()
        service = replace(office.service, passwords=CountingPasswords([]))
        assert sign_in(service, username=CLERK.username, password=PASSWORD, place=HERE) is not None
        with office.service.database.read() as work:
            stored = work.staff.get(CLERK.number)
        assert stored is not None
        assert stored.password_hash == f"hash of {PASSWORD}"


class CountingPasswords:
    """Knows old and new hashes, and writes down which it was asked about."""

    def __init__(self, asked: list[str | None]) -> None:
        self.asked = asked

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        self.asked.append(password_hash)
        return password_hash is not None and password_hash.endswith(f"hash of {password}")

    def outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("old")

    def easily_guessed(self, password: str, *, about: object) -> bool:
        return False


class TestSession:
    def test_the_token_leads_back_to_the_officer(self, office: OfficeAtWork) -> None:
        entered = whole(office)
        back = resume(office.service, token=entered.token, place=HERE)
        assert isinstance(back, Visit)
        assert back.officer == APPROVER
        assert back.session.key == key_of(entered.token) != entered.token

    def test_the_token_of_the_password_alone_is_worth_nothing_after_the_second_factor(
        self, office: OfficeAtWork
    ) -> None:
        half = sign_in(office.service, username=APPROVER.username, password=PASSWORD, place=HERE)
        assert half is not None
        assert shown(office, half.visit) is not None
        assert resume(office.service, token=half.token, place=HERE) is None

    @pytest.mark.parametrize(
        "elsewhere", [replace(HERE, device="browser:thief"), replace(HERE, agent="Chrome, Android")]
    )
    def test_a_copied_cookie_ends_the_session_for_thief_and_owner(self, office: OfficeAtWork, elsewhere: Place) -> None:
        token = whole(office).token
        assert resume(office.service, token=token, place=elsewhere) is SessionEnd.MOVED
        assert resume(office.service, token=token, place=HERE) is SessionEnd.MOVED
        assert acts(office)[-1] == AuditAct.SESSION_MOVED
        assert entries(office)[-1].facts["other_device"] == elsewhere.device

    def test_a_session_ends_when_nothing_is_done_and_lives_on_when_something_is(self, office: OfficeAtWork) -> None:
        token = whole(office).token
        for _ in range(5):
            office.clock.advance(minutes=29)
            assert isinstance(resume(office.service, token=token, place=HERE), Visit)
        office.clock.advance(minutes=31)
        assert resume(office.service, token=token, place=HERE) is None

    def test_a_block_ends_every_session_at_once(self, office: OfficeAtWork) -> None:
        token = whole(office).token
        block_officer(office.service, number=APPROVER.number)
        assert resume(office.service, token=token, place=HERE) is SessionEnd.ACCOUNT_CHANGED

    def test_signing_out_ends_this_session_only(self, office: OfficeAtWork) -> None:
        here, there = whole(office), whole(office, place=THERE)
        sign_out(office.service, here.visit.session)
        assert resume(office.service, token=here.token, place=HERE) is SessionEnd.SIGNED_OUT
        assert isinstance(resume(office.service, token=there.token, place=THERE), Visit)

    def test_signing_in_again_in_the_same_browser_ends_what_it_had(self, office: OfficeAtWork) -> None:
        first, _second = whole(office), whole(office)
        assert resume(office.service, token=first.token, place=HERE) is SessionEnd.SIGNED_OUT


class TestTwoPlaces:
    def test_two_browsers_at_once_are_flagged_in_both_and_on_record(self, office: OfficeAtWork) -> None:
        here, there = whole(office), whole(office, place=THERE)
        for entered, place in ((here, HERE), (there, THERE)):
            visit = resume(office.service, token=entered.token, place=place)
            assert isinstance(visit, Visit)
            assert visit.session.overlapped
        [flag] = [entry for entry in entries(office) if entry.act == AuditAct.OFFICER_IN_TWO_PLACES]
        assert (flag.facts["device"], flag.facts["other_device"]) == (THERE.device, HERE.device)
        view = own_account(office.service, there.visit)
        assert [session.place for session in view.elsewhere] == [HERE]
        assert [warning.act for warning in view.warnings] == [AuditAct.OFFICER_IN_TWO_PLACES]

    def test_one_browser_after_the_other_is_not(self, office: OfficeAtWork) -> None:
        sign_out(office.service, whole(office).visit.session)
        whole(office, place=THERE)
        assert AuditAct.OFFICER_IN_TWO_PLACES not in acts(office)

    def test_one_session_in_two_networks_at_once_is_flagged_once(self, office: OfficeAtWork) -> None:
        token = whole(office).token
        for network in ("198.51.100.1", HERE.network, "198.51.100.1"):
            office.clock.advance(minutes=1)
            assert isinstance(resume(office.service, token=token, place=replace(HERE, network=network)), Visit)
        assert acts(office).count(AuditAct.OFFICER_IN_TWO_PLACES) == 1

    def test_a_computer_that_was_carried_elsewhere_is_not(self, office: OfficeAtWork) -> None:
        token = whole(office).token
        office.clock.advance(minutes=20)
        assert isinstance(resume(office.service, token=token, place=replace(HERE, network="198.51.100.1")), Visit)
        assert AuditAct.OFFICER_IN_TWO_PLACES not in acts(office)

    def test_signing_out_elsewhere_leaves_this_browser(self, office: OfficeAtWork) -> None:
        here, there = whole(office), whole(office, place=THERE)
        assert end_others(office.service, there.visit) == 1
        assert resume(office.service, token=here.token, place=HERE) is SessionEnd.SENT_AWAY
        assert isinstance(resume(office.service, token=there.token, place=THERE), Visit)


class TestCodes:
    def test_a_code_lets_in_once(self, office: OfficeAtWork) -> None:
        secret = with_app(office, whole(office).visit)
        office.clock.advance(seconds=30)
        code = code_at(secret, step_at(office.clock.at))
        assert factors.show_code(office.service, password_only(office, place=THERE), code) is not None
        assert factors.show_code(office.service, password_only(office, place=THERE), code) is None
        assert acts(office)[-1] == AuditAct.OFFICER_FACTOR_FAILED

    def test_the_code_that_set_an_app_up_does_not_let_in(self, office: OfficeAtWork) -> None:
        secret = with_app(office, whole(office).visit)
        code = code_at(secret, step_at(office.clock.at))
        assert factors.show_code(office.service, password_only(office), code) is None

    def test_another_officers_code_is_wrong(self, office: OfficeAtWork) -> None:
        secret = with_app(office, whole(office, ISSUER).visit)
        office.clock.advance(seconds=30)
        code = code_at(secret, step_at(office.clock.at))
        assert factors.show_code(office.service, password_only(office), code) is None

    def test_a_recovery_code_lets_in_once_however_it_is_typed(self, office: OfficeAtWork) -> None:
        codes = factors.new_recovery_codes(office.service, whole(office).visit)
        assert len(set(codes)) == 10
        entered = factors.show_code(office.service, password_only(office), f" {codes[3].upper().replace('-', ' ')} ")
        assert entered is not None
        assert entered.visit.session.factor is FactorKind.RECOVERY
        assert entered.visit.held.recovery_codes == 9
        assert factors.show_code(office.service, password_only(office), codes[3]) is None

    def test_new_recovery_codes_make_the_old_ones_worthless(self, office: OfficeAtWork) -> None:
        visit = whole(office).visit
        old = factors.new_recovery_codes(office.service, visit)
        factors.new_recovery_codes(office.service, visit)
        assert factors.show_code(office.service, password_only(office), old[0]) is None

    def test_nothing_of_codes_and_secrets_stands_in_the_database_in_the_open(self, office: OfficeAtWork) -> None:
        office.service = replace(office.service, vault=AesVault(b"k" * 32))
        visit = whole(office).visit
        secret, codes = with_app(office, visit), factors.new_recovery_codes(office.service, visit)
        everything = repr(office.service.database.rows)  # type: ignore[attr-defined]
        assert secret.hex() not in everything
        assert repr(secret)[2:-1] not in everything
        assert not any(plain_code(code) in everything for code in codes)

    def test_the_demo_says_the_code_and_nobody_else_does(self, office: OfficeAtWork) -> None:
        secret = with_app(office, whole(office).visit)
        visit = password_only(office)
        assert factors.demo_code(office.service, visit) == code_at(secret, step_at(office.clock.at) + 1)
        real = replace(office.service, demo=False)
        assert factors.demo_code(real, visit) is None
        offered = factors.new_authenticator(real, APPROVER)
        assert factors.demo_first_code(real, APPROVER, offered.sealed) is None

    @pytest.mark.parametrize("sealed", ["", "AAAA", "not base64!", "=", "é"])
    def test_an_app_that_was_never_offered_is_not_taken(self, office: OfficeAtWork, sealed: str) -> None:
        visit = whole(office).visit
        assert factors.add_authenticator(office.service, visit, sealed=sealed, code="000000") is None
        assert factors.same_authenticator(office.service, APPROVER, sealed) is None

    def test_an_app_offered_to_another_officer_is_not_taken(self, office: OfficeAtWork) -> None:
        offered = factors.new_authenticator(office.service, CLERK)
        assert factors.same_authenticator(office.service, APPROVER, offered.sealed) is None


class TestAdding:
    def test_an_open_screen_is_not_enough_to_add_or_remove_a_factor(self, office: OfficeAtWork) -> None:
        visit = whole(office).visit
        office.clock.advance(minutes=11)
        offered = factors.new_authenticator(office.service, visit.officer)
        with pytest.raises(NotFresh):
            factors.add_authenticator(office.service, visit, sealed=offered.sealed, code="000000")
        with pytest.raises(NotFresh):
            passkeys.add_passkey(office.service, visit, PARTY, answer="{}", name="x")
        with pytest.raises(NotFresh):
            factors.remove_factor(office.service, visit, None)
        with pytest.raises(NotFresh):
            factors.new_recovery_codes(office.service, visit)

    def test_the_last_factor_of_somebody_who_needs_one_stays(self, office: OfficeAtWork) -> None:
        visit = whole(office).visit
        [key] = visit.held.passkeys
        assert not factors.remove_factor(office.service, visit, key.credential_id)
        with_app(office, visit)
        assert factors.remove_factor(office.service, visit, key.credential_id)
        assert not factors.remove_factor(office.service, visit, None)

    def test_nobody_removes_a_passkey_of_somebody_else(self, office: OfficeAtWork) -> None:
        visit = whole(office).visit
        with_app(office, visit)
        theirs = whole(office, ISSUER).visit.held.passkeys[0]
        factors.remove_factor(office.service, visit, theirs.credential_id)
        with office.service.database.read() as work:
            assert work.factors.of_officer(ISSUER.number).passkeys == (theirs,)

    def test_a_first_factor_completes_the_sign_in(self, office: OfficeAtWork) -> None:
        with office.service.database.write() as work:
            work.factors.remove_all(APPROVER.number)
            work.commit()
        visit = password_only(office)
        key = SoftPasskey(origin=SITE)
        answer = key.create(passkeys.offer_to_add(office.service, visit, PARTY))
        entered = passkeys.add_passkey(office.service, visit, PARTY, answer=answer, name="  my\tkey ")
        assert entered is not None
        assert entered.visit.step is Step.WORK
        assert [each.name for each in entered.visit.held.passkeys] == ["my key"]
        assert acts(office) == [AuditAct.OFFICER_FACTOR_ADDED, AuditAct.OFFICER_SIGNED_IN]


class TestPasskeys:
    def test_an_answer_counts_once(self, office: OfficeAtWork) -> None:
        visit = password_only(office)
        asked = passkeys.ask(office.service, visit, PARTY)
        assert asked is not None
        answer = passkey_of(APPROVER, SITE).get(asked)
        assert passkeys.show_passkey(office.service, visit, PARTY, answer=answer) is not None
        again = password_only(office, place=THERE)
        assert passkeys.show_passkey(office.service, again, PARTY, answer=answer) is None

    def test_an_answer_that_a_false_page_got_is_refused(self, office: OfficeAtWork) -> None:
        assert shown(office, password_only(office), origin="https://clearance-bmet.test") is None
        assert acts(office) == [AuditAct.OFFICER_FACTOR_FAILED]

    def test_an_answer_for_another_site_is_refused(self, office: OfficeAtWork) -> None:
        visit = password_only(office)
        asked = passkeys.ask(office.service, visit, PARTY)
        assert asked is not None
        answer = passkey_of(APPROVER, SITE).get(asked, rp_id="evil.test")
        assert passkeys.show_passkey(office.service, visit, PARTY, answer=answer) is None

    def test_another_officers_passkey_is_refused(self, office: OfficeAtWork) -> None:
        visit = password_only(office)
        asked = passkeys.ask(office.service, visit, PARTY)
        assert asked is not None
        answer = passkey_of(ISSUER, SITE).get(asked)
        assert passkeys.show_passkey(office.service, visit, PARTY, answer=answer) is None

    def test_a_copied_key_whose_count_lags_is_refused(self, office: OfficeAtWork) -> None:
        original = replace(passkey_of(APPROVER, SITE), counts=True, count=10)
        copy = replace(original, count=5)
        for key, right in ((original, True), (copy, False), (original, True)):
            visit = password_only(office)
            asked = passkeys.ask(office.service, visit, PARTY)
            assert asked is not None
            entered = passkeys.show_passkey(office.service, visit, PARTY, answer=key.get(asked))
            assert (entered is not None) == right

    @pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": "x"}', "x" * 20_000, '{"id":1,"rawId":2}'])
    def test_nonsense_is_a_wrong_answer(self, office: OfficeAtWork, answer: str) -> None:
        visit = password_only(office)
        passkeys.ask(office.service, visit, PARTY)
        assert passkeys.show_passkey(office.service, visit, PARTY, answer=answer) is None

    def test_without_a_question_there_is_no_answer(self, office: OfficeAtWork) -> None:
        visit = password_only(office)
        for made_up in ("", "bm8gcXVlc3Rpb24gd2FzIGFza2Vk"):
            answer = passkey_of(APPROVER, SITE).get({"challenge": made_up, "rpId": PARTY.id})
            assert passkeys.show_passkey(office.service, visit, PARTY, answer=answer) is None


class TestNewPassword:
    def test_it_signs_out_everywhere_else(self, office: OfficeAtWork) -> None:
        here, there = whole(office), whole(office, place=THERE)
        changed = change_password(office.service, there.visit.session, current=PASSWORD, password=GOOD, repeated=GOOD)
        assert changed == ()
        assert resume(office.service, token=here.token, place=HERE) is SessionEnd.ACCOUNT_CHANGED
        assert isinstance(resume(office.service, token=there.token, place=THERE), Visit)
        assert sign_in(office.service, username=APPROVER.username, password=PASSWORD, place=HERE) is None
        assert sign_in(office.service, username=APPROVER.username, password=GOOD, place=HERE) is not None

    def test_it_needs_the_one_of_today(self, office: OfficeAtWork) -> None:
        with pytest.raises(WrongPassword):
            change_password(office.service, whole(office).visit.session, current="x", password=GOOD, repeated=GOOD)
