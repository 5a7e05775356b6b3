"""The signing step: it believes nobody, plans before it signs, and makes one credential of one case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.claims import StatusRef, parse_claims
from clearance.credential.cose import Algorithm, parse_sign1
from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState, Move, Step
from clearance.domain.staff import Role
from clearance.issuing.ports import NotOnRecord, NotSigned, SigningIntent, Trouble
from clearance.issuing.sign import SignedClearance, sign
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    EVERYTHING,
    ISSUER,
    NOW,
    PERMIT,
    SECOND_ISSUER,
    OfficeAtWork,
    demo_keys,
    draft,
    expect,
    open_office,
)
from tests.fakes.values import act, acted_by, application, clearance


def as_another(application: Application) -> Application:
    """A copy beside the case, for another worker."""
    return replace(application, reference="APP-FORGED00", draft=draft(7))


class CountingSigner:
    """The card key with a counter."""

    def __init__(self) -> None:
        self.signed: list[bytes] = []
        self._key = demo_keys().card

    @property
    def algorithm(self) -> Algorithm:
        return self._key.algorithm

    @property
    def kid(self) -> bytes:
        return self._key.kid

    def sign(self, message: bytes) -> bytes:
        self.signed.append(message)
        return self._key.sign(message)


@pytest.fixture
def key(office: OfficeAtWork) -> CountingSigner:
    signer = CountingSigner()
    office.change_room(card_signer=signer)
    return signer


def signed(office: OfficeAtWork, reference: str, officer_no: str = ISSUER.number) -> SignedClearance:
    result = sign(office.room, reference, officer_no=officer_no, device=DEVICE)
    assert isinstance(result, SignedClearance), result
    return result


def forge(office: OfficeAtWork, application: Application) -> Application:
    """Write a case as an insider with the database in hands would, past every use case."""
    with office.service.database.write() as work:
        work.applications.add(application)
        work.commit()
    return application


def intent_of(office: OfficeAtWork, reference: str) -> SigningIntent | None:
    with office.service.database.read() as work:
        return work.intents.for_application(reference)


def test_the_credential_says_what_the_database_says(office: OfficeAtWork, key: CountingSigner) -> None:
    approved = office.approve()
    result = signed(office, approved.reference)
    claims = parse_claims(parse_sign1(result.token).payload, issuer=office.room.issuer)
    assert claims == result.claims
    assert claims.passport_no == approved.draft.worker.passport.number
    assert claims.full_name == approved.draft.worker.name_en
    assert claims.name_bn == approved.draft.worker.name_bn
    assert claims.clearance_no == result.intent.clearance_no
    assert claims.status == result.intent.status_ref
    assert claims.issued_at == int(NOW.timestamp())
    assert claims.valid_until == NOW.date() + timedelta(days=90)
    assert len(key.signed) == 1


def test_a_desk_with_todays_files_would_pass_it(office: OfficeAtWork) -> None:
    result = signed(office, office.approve().reference)
    verdict = verdict_for(pack(result.token), held=office.room.held(), at=int(NOW.timestamp()))
    assert verdict.reason is Reason.VALID


def test_what_will_be_signed_is_on_record_before_it_is_signed(office: OfficeAtWork) -> None:
    reference = office.approve().reference

    class Unplugged(CountingSigner):
        def sign(self, message: bytes) -> bytes:
            plan = intent_of(office, reference)
            assert plan is not None
            self.signed.append(plan.clearance_no.encode())
            raise OSError("the key store was unplugged")

    broken = Unplugged()
    with pytest.raises(OSError, match="unplugged"):
        sign(replace(office.room, card_signer=broken), reference, officer_no=ISSUER.number, device=DEVICE)
    plan = intent_of(office, reference)
    assert plan is not None
    assert broken.signed == [plan.clearance_no.encode()]
    with office.service.database.read() as work:
        last = work.audit.entries(subject=reference)[-1]
    assert last.act == AuditAct.SIGNING_PLANNED
    assert last.facts == {"clearance": plan.clearance_no, "payload_sha256": plan.payload_sha256}


def test_the_same_case_tried_again_gives_the_same_credential(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    first = signed(office, reference)
    office.clock.advance(days=3)
    again = signed(office, reference, SECOND_ISSUER.number)
    assert (again.token, again.intent) == (first.token, first.intent)


def test_a_plan_that_has_run_out_is_renewed_under_its_number_and_index(office: OfficeAtWork) -> None:
    long_visa = replace(draft().visa, expires_on=NOW.date() + timedelta(days=400))
    reference = office.approve(replace(draft(), visa=long_visa)).reference
    first = signed(office, reference)
    office.clock.advance(days=91)
    renewed = signed(office, reference).intent
    assert (renewed.clearance_no, renewed.status_ref) == (first.intent.clearance_no, first.intent.status_ref)
    assert renewed.planned_at == (NOW + timedelta(days=91)).replace(microsecond=0)
    assert renewed.payload_sha256 != first.intent.payload_sha256


def test_a_plan_whose_case_was_changed_underneath_is_not_signed_as_it_stood(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    first = signed(office, reference)
    with office.service.database.write() as work:
        work.intents.plan(replace(first.intent, payload_sha256="00" * 32))
        work.commit()
    office.clock.advance(hours=1)
    again = signed(office, reference)
    assert again.intent.clearance_no == first.intent.clearance_no
    assert again.intent.payload_sha256 != "00" * 32


class TestRefusals:
    """Forged rows, as somebody who writes to the database directly could make them."""

    def refused(self, office: OfficeAtWork, key: CountingSigner, reference: str, officer_no: str) -> list[Ground]:
        result = sign(office.room, reference, officer_no=officer_no, device=DEVICE)
        assert isinstance(result, Refused)
        assert key.signed == []
        assert intent_of(office, reference) is None
        with office.service.database.read() as work:
            last = work.audit.entries(subject=reference)[-1]
        assert (last.act, last.officer_no) == (AuditAct.SIGNING_REFUSED, officer_no)
        grounds = [objection.ground for objection in result.objections]
        assert last.facts == {"grounds": ",".join(grounds)}
        return grounds

    def test_a_self_approval(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        forged = forge(office, as_another(acted_by(approved, approve=EVERYTHING.number)))
        assert self.refused(office, key, forged.reference, EVERYTHING.number) == [Ground.SAME_OFFICER_APPROVED]

    def test_an_issuer_who_entered_the_case(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        forged = forge(office, as_another(acted_by(approved, submit=EVERYTHING.number)))
        assert self.refused(office, key, forged.reference, EVERYTHING.number) == [Ground.SAME_OFFICER_ENTERED]

    def test_an_approver_who_entered_the_case(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        forged = forge(office, as_another(acted_by(approved, approve=CLERK.number)))
        assert self.refused(office, key, forged.reference, ISSUER.number) == [Ground.SAME_OFFICER_ENTERED]

    def test_a_checker_who_approved_the_case(self, office: OfficeAtWork, key: CountingSigner) -> None:
        forged = forge(office, as_another(acted_by(office.approve(), approve=CHECKER.number)))
        assert self.refused(office, key, forged.reference, ISSUER.number) == [Ground.SAME_OFFICER_CHECKED]

    def test_a_rejected_case_approved_again_by_who_rejected_it(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        rejected = act(Move.REJECT, by=EVERYTHING.number)
        taken_up = replace(rejected, move=Move.TAKE_UP_AGAIN, step=Step.TAKING_UP, state=ApplicationState.SUBMITTED)
        submitted, *signatures = approved.acts
        history = (submitted, rejected, replace(taken_up, officer_no="A-9"), *signatures)
        forged = forge(office, as_another(replace(approved, acts=history)))
        assert self.refused(office, key, forged.reference, EVERYTHING.number) == [Ground.REJECTED_BEFORE]

    @pytest.mark.parametrize("missing", [Move.CHECK, Move.APPROVE])
    def test_a_signature_that_nobody_gave(self, office: OfficeAtWork, key: CountingSigner, missing: Move) -> None:
        whole = office.approve()
        forged = forge(office, as_another(replace(whole, acts=tuple(a for a in whole.acts if a.move is not missing))))
        assert self.refused(office, key, forged.reference, ISSUER.number) == [Ground.NOT_THE_STATE]

    @pytest.mark.parametrize("state", [ApplicationState.SUBMITTED, ApplicationState.REJECTED, ApplicationState.ISSUED])
    def test_a_case_that_is_not_approved(
        self, office: OfficeAtWork, key: CountingSigner, state: ApplicationState
    ) -> None:
        forged = forge(office, as_another(replace(office.approve(), state=state)))
        assert Ground.NOT_THE_STATE in self.refused(office, key, forged.reference, ISSUER.number)

    def test_an_officer_without_the_role(self, office: OfficeAtWork, key: CountingSigner) -> None:
        assert self.refused(office, key, office.approve().reference, CLERK.number)[0] is Ground.ROLE_MISSING

    def test_an_officer_blocked_meanwhile(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        with office.service.database.write() as work:
            work.staff.save(replace(ISSUER, active=False, roles=frozenset({Role.ISSUER})))
            work.commit()
        assert self.refused(office, key, approved.reference, ISSUER.number) == [Ground.OFFICER_INACTIVE]

    def test_a_passport_with_a_standing_clearance(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        with office.service.database.write() as work:
            work.applications.add(application(7, state=ApplicationState.ISSUED))
            passport_no = approved.draft.worker.passport.number
            work.clearances.add(clearance(7, application_reference="APP-00000007", passport_no=passport_no))
            work.commit()
        assert self.refused(office, key, approved.reference, ISSUER.number) == [Ground.ACTIVE_CLEARANCE]

    def test_a_condition_that_ended_after_the_approval(self, office: OfficeAtWork, key: CountingSigner) -> None:
        approved = office.approve()
        office.clock.advance(days=200)
        assert self.refused(office, key, approved.reference, ISSUER.number) == [Ground.VISA_EXPIRED]


def test_no_more_is_signed_than_the_permit_has_places(key: CountingSigner) -> None:
    office = open_office(permits=(replace(PERMIT, places=1),))
    first, second = office.approve(draft(1)), office.approve(draft(2))
    held = signed(office, first.reference)  # signed, and then the machine stopped before it was recorded
    result = sign(office.room, second.reference, officer_no=ISSUER.number, device=DEVICE)
    assert isinstance(result, Refused)
    assert [objection.ground for objection in result.objections] == [Ground.PERMIT_USED_UP]
    assert signed(office, first.reference).token == held.token
    expect(
        move_with_reason(
            office.service, first.reference, Move.REJECT, officer=APPROVER, device=DEVICE, version=3, reason="withdrew"
        )
    )
    signed(office, second.reference)


def test_status_indices_are_never_used_twice(office: OfficeAtWork) -> None:
    tiny = replace(office.room, status_size=3)
    office.room = tiny
    seen = {signed(office, office.approve(draft(n)).reference).intent.status_ref.idx for n in range(3)}
    assert seen == {0, 1, 2}
    with pytest.raises(NotSigned) as stopped:
        sign(tiny, office.approve(draft(3)).reference, officer_no=ISSUER.number, device=DEVICE)
    assert stopped.value.trouble is Trouble.STATUS_LIST_FULL


def test_numbers_and_indices_cannot_be_counted_along(office: OfficeAtWork) -> None:
    plans = [signed(office, office.approve(draft(index)).reference).intent for index in range(20)]
    indices = [plan.status_ref.idx for plan in plans]
    assert indices != sorted(indices)
    assert max(indices) - min(indices) > 1000
    assert all(plan.status_ref.uri == office.room.status_uri for plan in plans)


def test_a_card_that_a_desk_would_not_pass_is_not_handed_on(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    nothing_held = replace(office.room, held=lambda: HeldTrust(bundle=None))
    with pytest.raises(NotSigned) as stopped:
        sign(nothing_held, reference, officer_no=ISSUER.number, device=DEVICE)
    assert (stopped.value.trouble, stopped.value.about) == (Trouble.NOT_ACCEPTED, Reason.TRUST_UNUSABLE)


def test_a_case_or_officer_that_is_not_on_record_is_said_so(office: OfficeAtWork) -> None:
    with pytest.raises(NotOnRecord):
        sign(office.room, "APP-NOTTHERE", officer_no=ISSUER.number, device=DEVICE)
    with pytest.raises(NotOnRecord):
        sign(office.room, office.approve().reference, officer_no="Z-9", device=DEVICE)


def test_a_planned_index_is_not_free(office: OfficeAtWork) -> None:
    plan = signed(office, office.approve().reference).intent
    with office.service.database.read() as work:
        assert not work.intents.index_is_free(plan.status_ref)
        assert work.intents.index_is_free(StatusRef(uri=plan.status_ref.uri, idx=plan.status_ref.idx ^ 1))
