"""A card corrected, and one linked to a renewed passport: the old and the new never hold at once."""

from dataclasses import replace

import pytest

from clearance.credential.claims import CardClass, parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import cards, check, revoke
from clearance.issuing.correct import correct, renew_passport
from clearance.issuing.ports import Sought
from clearance.issuing.request import request_card
from tests.fakes.office import CHECKER, CLERK, DEVICE, ISSUER, PERMIT, TODAY, OfficeAtWork, decide, draft, expect
from tests.unit.issuing.lives import NEW_PASSPORT, acts, card_of, grounds, held

S = ApplicationState


def corrected(office: OfficeAtWork, clearance: Clearance, **worker: str) -> Application:
    old = office.stored(clearance.application_reference)
    new = replace(old.draft, worker=replace(old.draft.worker, **worker))
    return expect(correct(office.service, clearance.clearance_no, new, officer=CLERK, device=DEVICE))


def test_a_correction_takes_the_place_of_the_old_card_in_one_step(office: OfficeAtWork) -> None:
    old = office.issue()
    office.clock.advance(days=10)
    correction = corrected(office, old, name_en="MD. RAHIM UDDIN SARKAR")
    assert correction.replaces == old.clearance_no
    assert card_of(office, old).status is Status.VALID
    decide(office.service, correction)
    new = expect(request_card(office.service, correction.reference, officer=ISSUER, device=DEVICE))
    assert card_of(office, old).status is Status.SUPERSEDED
    assert office.stored(old.application_reference).state is S.SUPERSEDED
    assert new.valid_until == old.valid_until
    claims = parse_claims(parse_sign1(new.token).payload, issuer=office.room.issuer)
    assert (claims.full_name, claims.card_class) == ("MD. RAHIM UDDIN SARKAR", CardClass.REISSUE)
    assert acts(office, old.application_reference)[-1] == AuditAct.CARD_SUPERSEDED
    view = cards.card(office.service, old.clearance_no, officer=ISSUER)
    assert view is not None
    assert view.successor == new.clearance_no
    with office.service.database.read() as work:
        permit = work.permits.get(PERMIT.number)
    assert permit is not None
    assert permit.used == 1  # the place of the old card


def test_a_correction_finds_its_own_place_on_a_full_permit(office: OfficeAtWork) -> None:
    cleared = [office.issue(draft(index)) for index in range(PERMIT.places)]
    correction = corrected(office, cleared[3], name_en="MD. RAHIM SARKAR")
    decide(office.service, correction)
    assert expect(request_card(office.service, correction.reference, officer=ISSUER, device=DEVICE))


def test_whatever_fails_while_a_correction_is_issued_leaves_the_old_card_good(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = office.issue()
    correction = corrected(office, old, name_en="MD. RAHIM SARKAR")
    decide(office.service, correction)

    def fail(*_: object, **__: object) -> bytes:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(office.printer, "seal", fail)
        with pytest.raises(Exception, match="storage"):
            request_card(office.service, correction.reference, officer=ISSUER, device=DEVICE)
    assert card_of(office, old) == old
    assert expect(request_card(office.service, correction.reference, officer=ISSUER, device=DEVICE))


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("registration_no", lambda d: replace(d, worker=replace(d.worker, registration_no="BIDN1"))),
        ("permit_no", lambda d: replace(d, permit_no="EA-2")),
        ("licence_no", lambda d: replace(d, licence_no=None)),
        ("receipt_no", lambda d: replace(d, payment=replace(d.payment, receipt_no="CH-X"))),
    ],
)
def test_a_correction_is_of_the_same_worker_permit_and_fees(office: OfficeAtWork, field: str, changed) -> None:
    old = office.issue()
    wanted = changed(office.stored(old.application_reference).draft)
    result = correct(office.service, old.clearance_no, wanted, officer=CLERK, device=DEVICE)
    assert isinstance(result, Refused)
    assert [(each.ground, each.details) for each in result.objections] == [(Ground.NOT_A_CORRECTION, {"field": field})]


@pytest.mark.parametrize("what", ["revoked", "held", "run out"])
def test_only_a_card_in_force_is_corrected(office: OfficeAtWork, what: str) -> None:
    old = office.issue()
    wanted = office.stored(old.application_reference).draft
    match what:
        case "revoked":
            reason = RevocationReason.ISSUED_IN_ERROR
            expect(
                revoke.revoke(office.service, old.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
            )
        case "held":
            held(office, old.application_reference)
        case _:
            office.clock.advance(days=91)
    result = correct(office.service, old.clearance_no, wanted, officer=CLERK, device=DEVICE)
    assert grounds(result) == [Ground.CARD_RAN_OUT if what == "run out" else Ground.CARD_NOT_IN_FORCE]


def test_a_correction_of_a_card_revoked_meanwhile_is_not_issued(office: OfficeAtWork) -> None:
    old = office.issue()
    correction = corrected(office, old, name_en="MD. RAHIM SARKAR")
    decide(office.service, correction)
    reason = RevocationReason.FALSE_DOCUMENTS
    expect(revoke.revoke(office.service, old.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark=""))
    refused = request_card(office.service, correction.reference, officer=ISSUER, device=DEVICE)
    assert Ground.CARD_NOT_IN_FORCE in grounds(refused)


def test_a_renewed_passport_is_linked_and_both_numbers_find_the_card(office: OfficeAtWork) -> None:
    old = office.issue()
    renewal = expect(renew_passport(office.service, old.clearance_no, NEW_PASSPORT, officer=CLERK, device=DEVICE))
    decide(office.service, renewal)
    new = expect(request_card(office.service, renewal.reference, officer=ISSUER, device=DEVICE))
    claims = parse_claims(parse_sign1(new.token).payload, issuer=office.room.issuer)
    assert (claims.passport_no, claims.previous_passport_no) == (NEW_PASSPORT.number, old.passport_no)
    with office.service.database.read() as work:
        for number in (old.passport_no, NEW_PASSPORT.number):
            newest = work.applications.of_person(number, birth_date=renewal.draft.worker.birth_date)
            assert renewal.reference in [each.reference for each in newest]
        found = work.applications.find(Sought(states=frozenset(S), on=TODAY, text=old.passport_no), limit=9, offset=0)
    assert {each.reference for each in found} == {old.application_reference, renewal.reference}


def test_a_second_clearance_under_the_new_number_is_refused(office: OfficeAtWork) -> None:
    office.issue()
    linked = replace(NEW_PASSPORT, previous_numbers=(draft().worker.passport.number,))
    entered = office.enter(replace(draft(5), worker=replace(draft(5).worker, passport=linked)))
    result = check.check(office.service, entered.reference, officer=CHECKER, device=DEVICE, version=1)
    assert grounds(result) == [Ground.ACTIVE_CLEARANCE]
