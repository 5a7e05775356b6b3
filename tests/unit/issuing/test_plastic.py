import json
from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.qrtext import pack
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.printed_card import CardPolicy, OptionalFact
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_case
from clearance.issuing.plastic import MOST_AT_ONCE, PlasticUnreadable, plastic, sheets
from clearance.issuing.ports import DoesNotFit, NotOnRecord
from clearance.issuing.printing import recorded_card
from clearance.issuing.revoke import revoke
from tests.fakes.office import (
    AGENCY,
    APPROVER,
    CLERK,
    DEVICE,
    ISSUER,
    SECOND_ISSUER,
    OfficeAtWork,
    draft,
    expect,
    open_office,
)
from tests.fakes.outside import PAPER


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office()


def texts(pdf: bytes) -> list[str]:
    found: list[str] = json.loads(pdf.removeprefix(PAPER))
    return found


def printings(office: OfficeAtWork, clearance: Clearance) -> list[AuditEntry]:
    with office.service.database.read() as work:
        entries = work.audit.entries(subject=clearance.application_reference)
    return [entry for entry in entries if entry.act == AuditAct.CARD_PRINTED]


def revoked(office: OfficeAtWork, clearance: Clearance) -> None:
    outcome = revoke(
        office.service,
        clearance.clearance_no,
        officer=ISSUER,
        device=DEVICE,
        reason=RevocationReason.WORKER_WITHDREW,
        remark="",
    )
    expect(outcome)


def test_a_plastic_card_carries_the_recorded_credential_and_nothing_new_is_signed(office: OfficeAtWork) -> None:
    clearance = office.issue()
    pdf = expect(plastic(office.service, clearance.clearance_no, officer=ISSUER))
    assert texts(pdf) == [pack(clearance.token)]


def test_the_card_from_the_record_prints_what_the_issued_card_printed(office: OfficeAtWork) -> None:
    clearance = office.issue()
    with office.service.database.read() as work:
        case = read_case(work, clearance.application_reference)
    card = recorded_card(office.service, case, clearance)
    assert (card.qr_text, card.credential) == (pack(clearance.token), clearance.token)
    assert (card.clearance_no, card.passport_no) == (clearance.clearance_no, clearance.passport_no)
    assert (card.approved_by, card.issued_by) == (APPROVER.number, ISSUER.number)
    assert (card.issued_on, card.valid_until) == (clearance.issued_at.date(), clearance.valid_until)
    assert (card.agency, card.agency_phone) == (AGENCY.name, AGENCY.phone)


def test_what_an_office_prints_is_its_policy(office: OfficeAtWork) -> None:
    clearance = office.issue()
    policy = CardPolicy(printed=frozenset({OptionalFact.SALARY}), mission_phones={"SAU": "+966 1"})
    with office.service.database.read() as work:
        case = read_case(work, clearance.application_reference)
    card = recorded_card(replace(office.service, card_policy=policy), case, clearance)
    assert (card.printed, card.mission_phone) == (policy.printed, "+966 1")
    nowhere = replace(office.service, card_policy=CardPolicy(mission_phones={"SAU": ""}))
    assert recorded_card(nowhere, case, clearance).mission_phone is None


def test_each_printing_goes_on_record(office: OfficeAtWork) -> None:
    first, second = office.issue(draft(1)), office.issue(draft(2))
    expect(plastic(office.service, first.clearance_no, officer=ISSUER))
    expect(sheets(office.service, [first.clearance_no, second.clearance_no], officer=SECOND_ISSUER))
    assert [entry.officer_no for entry in printings(office, first)] == [ISSUER.number, SECOND_ISSUER.number]
    [entry] = printings(office, second)
    assert entry.facts == {"clearance": second.clearance_no, "together": 2}


def test_a_card_chosen_twice_is_printed_once(office: OfficeAtWork) -> None:
    number = office.issue().clearance_no
    assert len(texts(expect(sheets(office.service, [number, number], officer=ISSUER)).rstrip())) == 1


@pytest.mark.parametrize("officer", [CLERK, APPROVER])
def test_only_who_issues_cards_prints_them(office: OfficeAtWork, officer: Officer) -> None:
    clearance = office.issue()
    outcome = plastic(office.service, clearance.clearance_no, officer=officer)
    assert isinstance(outcome, Refused)
    assert [objection.ground for objection in outcome.objections] == [Ground.ROLE_MISSING]
    assert not printings(office, clearance)


def test_a_card_taken_back_is_not_printed_and_neither_are_those_beside_it(office: OfficeAtWork) -> None:
    good, bad = office.issue(draft(1)), office.issue(draft(2))
    revoked(office, bad)
    outcome = sheets(office.service, [good.clearance_no, bad.clearance_no], officer=ISSUER)
    assert isinstance(outcome, Refused)
    [objection] = outcome.objections
    assert (objection.ground, objection.details["clearance"]) == (Ground.CARD_NOT_IN_FORCE, bad.clearance_no)
    assert not printings(office, good)


def test_a_card_that_ran_out_is_not_printed(office: OfficeAtWork) -> None:
    clearance = office.issue()
    office.clock.at += timedelta(days=91)
    outcome = plastic(office.service, clearance.clearance_no, officer=ISSUER)
    assert isinstance(outcome, Refused)
    assert [objection.ground for objection in outcome.objections] == [Ground.CARD_RAN_OUT]


def test_a_card_taken_back_while_it_is_drawn_is_not_handed_out(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    clearance, draw = office.issue(), office.printer.render_plastic

    def slow(cards: object) -> bytes:
        revoked(office, clearance)
        return draw(cards)  # type: ignore[arg-type]

    monkeypatch.setattr(office.printer, "render_plastic", slow)
    assert isinstance(plastic(office.service, clearance.clearance_no, officer=ISSUER), Refused)
    assert not printings(office, clearance)


def test_a_code_that_does_not_read_back_stops_the_whole_order(office: OfficeAtWork) -> None:
    clearances = [office.issue(draft(index)) for index in (1, 2)]
    office.printer.smudged = frozenset({2})
    with pytest.raises(PlasticUnreadable):
        sheets(office.service, [each.clearance_no for each in clearances], officer=ISSUER)
    assert not any(printings(office, each) for each in clearances)


def test_a_card_that_does_not_fit_is_not_printed(office: OfficeAtWork) -> None:
    clearance = office.issue()
    office.printer.too_long = frozenset({"MD. RAHIM UDDIN"})
    with pytest.raises(DoesNotFit):
        plastic(office.service, clearance.clearance_no, officer=ISSUER)
    assert not printings(office, clearance)


def test_an_unknown_card_is_not_on_record(office: OfficeAtWork) -> None:
    with pytest.raises(NotOnRecord):
        plastic(office.service, "BMET-2026-00000000000", officer=ISSUER)


@pytest.mark.parametrize("count", [0, MOST_AT_ONCE + 1])
def test_an_order_has_its_limits(office: OfficeAtWork, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 50"):
        sheets(office.service, [f"BMET-{number}" for number in range(count)], officer=ISSUER)
