"""What a worker is told, and what nobody can find out by asking."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import RevocationReason
from clearance.domain.desk import Airport
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.staff import Officer
from clearance.issuing.depart import record_departure
from clearance.issuing.desks import enrol
from clearance.issuing.lookup import (
    Answer,
    CardCancelled,
    CardFound,
    NotFound,
    NotYetIssued,
    SecondFactor,
    lookup,
)
from clearance.issuing.revoke import revoke
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import APPROVER, DEVICE, EVERYTHING, ISSUER, TODAY, OfficeAtWork, draft, expect

BORN = draft().worker.birth_date
PASSPORT = draft().worker.passport.number


def ask(
    office: OfficeAtWork,
    passport_no: str = PASSPORT,
    birth_date: date | None = BORN,
    second_factor: SecondFactor = SecondFactor.BIRTH_DATE,
) -> Answer:
    return lookup(office.service, passport_no=passport_no, birth_date=birth_date, second_factor=second_factor)


def not_yet(state: ApplicationState) -> NotYetIssued:
    """A case in good order of the fake office's agency."""
    return NotYetIssued(state=state, since=TODAY, lacking=(), licence_no="RL-1234")


def test_the_right_pair_finds_the_card(office: OfficeAtWork) -> None:
    clearance = office.issue()
    worker = draft().worker
    assert ask(office) == CardFound(
        clearance=clearance,
        name_en=worker.name_en,
        name_bn=worker.name_bn,
        destination="SAU",
        departed_on=None,
        renewed=False,
        another_under_way=False,
    )


@pytest.mark.parametrize("typed", ["a 0000-0000", "A০০০০০০০০", " a00000000 ", "A0000<0000"])
def test_the_passport_number_may_be_typed_in_any_way(office: OfficeAtWork, typed: str) -> None:
    office.issue()
    assert isinstance(ask(office, typed), CardFound)


@pytest.mark.parametrize(
    ("passport_no", "birth_date"),
    [
        (PASSPORT, BORN + timedelta(days=1)),
        (PASSPORT, None),
        ("A99999999", BORN),
        ("A99999999", None),
        ("", BORN),
        ("'; DROP TABLE applications", BORN),
        ("A" * 5_000, BORN),
    ],
)
def test_a_wrong_pair_and_an_unknown_passport_are_one_answer(
    office: OfficeAtWork, passport_no: str, birth_date: date | None
) -> None:
    office.issue()
    assert ask(office, passport_no, birth_date) == NotFound()


def test_a_wrong_pair_and_an_unknown_passport_take_the_same_searches(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.issue()
    searches: list[str] = []
    with office.service.database.read() as work:
        ports = {"applications": type(work.applications), "clearances": type(work.clearances)}
    for name, kind in ports.items():
        for method in ("of_person", "for_application", "get", "active_for_passport"):
            if hasattr(kind, method):
                original = getattr(kind, method)

                def spy(self, *args, _original=original, _name=f"{name}.{method}", **kwargs):
                    searches.append(_name)
                    return _original(self, *args, **kwargs)

                monkeypatch.setattr(kind, method, spy)
    ask(office, PASSPORT, BORN + timedelta(days=1))
    wrong_pair, searches[:] = list(searches), []
    ask(office, "A99999999", BORN)
    assert wrong_pair == searches == ["applications.of_person"]


@pytest.mark.parametrize("state", [ApplicationState.SUBMITTED, ApplicationState.APPROVED])
def test_a_case_on_its_way_is_said_so(office: OfficeAtWork, state: ApplicationState) -> None:
    if state is ApplicationState.SUBMITTED:
        office.enter()
    else:
        office.approve()
    assert ask(office) == not_yet(state)
    assert ask(office, birth_date=BORN + timedelta(days=1)) == NotFound()


def test_a_rejected_case_is_said_so(office: OfficeAtWork) -> None:
    entered = office.enter()
    move_with_reason(
        office.service, entered.reference, Move.REJECT, officer=APPROVER, device=DEVICE, version=1, reason="withdrew"
    )
    assert ask(office) == not_yet(ApplicationState.REJECTED)


def test_a_revoked_card_says_so_to_the_right_pair_only(office: OfficeAtWork) -> None:
    clearance = office.issue()
    reason = RevocationReason.VISA_CANCELLED
    revoked = expect(
        revoke(office.service, clearance.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
    )
    answer = ask(office)
    assert isinstance(answer, CardCancelled)
    assert answer.clearance == revoked
    assert ask(office, birth_date=BORN + timedelta(days=1)) == NotFound()


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.SUPERSEDED])
def test_a_card_that_is_held_or_replaced_is_not_handed_out(office: OfficeAtWork, status: Status) -> None:
    clearance = office.issue()
    with office.service.database.write() as work:
        work.clearances.set_status(replace(clearance, status=status))
        work.commit()
    answer = ask(office)
    assert isinstance(answer, CardCancelled)
    assert answer.clearance.status is status


def test_the_day_of_departure_is_told_also_after_a_hold_and_the_day_of_the_hold_meanwhile(office: OfficeAtWork) -> None:
    clearance, left = office.issue(), office.clock.now()
    desk = enrol(office.service, airport=Airport.DHAKA, counter="2", name=None).desk
    case = expect(record_departure(office.service, clearance.clearance_no, desk_id=desk.id, at=left))
    case = move_later(office, case, Move.HOLD, ISSUER)
    answer = ask(office)
    assert isinstance(answer, CardCancelled)
    assert answer.since == TODAY + timedelta(days=2)
    move_later(office, case, Move.RELEASE, EVERYTHING)
    answer = ask(office)
    assert isinstance(answer, CardFound)
    assert answer.departed_on == TODAY


def move_later(office: OfficeAtWork, case: Application, move: Move, officer: Officer) -> Application:
    """Two days later, for a reason."""
    office.clock.advance(minutes=2 * 24 * 60)
    return expect(
        move_with_reason(
            office.service,
            case.reference,
            move,
            officer=officer,
            device=DEVICE,
            version=case.version,
            reason="letter of the embassy",
        )
    )


def test_a_new_case_under_way_is_better_news_than_the_revoked_card(office: OfficeAtWork) -> None:
    clearance = office.issue()
    revoke(
        office.service,
        clearance.clearance_no,
        officer=ISSUER,
        device=DEVICE,
        reason=RevocationReason.AUTHORITY_ORDER,
        remark="",
    )
    office.clock.advance(minutes=1)
    again = office.enter(replace(draft(1), worker=draft(0).worker))
    assert ask(office) == not_yet(ApplicationState.SUBMITTED)
    move_with_reason(
        office.service, again.reference, Move.REJECT, officer=APPROVER, device=DEVICE, version=1, reason="no"
    )
    assert isinstance(ask(office), CardCancelled)


def test_a_standing_card_is_found_although_a_newer_case_waits(office: OfficeAtWork) -> None:
    clearance = office.issue()
    office.clock.advance(minutes=1)
    office.enter(replace(draft(1), worker=draft(0).worker))
    answer = ask(office)
    assert isinstance(answer, CardFound)
    assert answer.clearance == clearance


def test_without_second_factor_the_number_alone_finds_the_card(office: OfficeAtWork) -> None:
    office.issue()
    assert isinstance(ask(office, birth_date=None, second_factor=SecondFactor.NONE), CardFound)
    assert isinstance(ask(office, birth_date=date(1900, 1, 1), second_factor=SecondFactor.NONE), CardFound)
    assert ask(office, "A99999999", None, SecondFactor.NONE) == NotFound()
