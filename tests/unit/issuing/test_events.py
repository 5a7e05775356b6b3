"""What of the record is news to programs and to workers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import RevocationReason
from clearance.domain.client import ClientScope
from clearance.domain.delivery import CaseEvent, Channel, Delivery
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.issuing import clients, events, interface_webhooks
from clearance.issuing.clients import authenticate
from clearance.issuing.events import EVENTS, QuietHours, queue_news
from clearance.issuing.messages import messages_of, resume_messages, stop_messages
from clearance.issuing.revoke import revoke
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    ISSUER,
    NOW,
    SECOND_ISSUER,
    OfficeAtWork,
    draft,
    expect,
)
from tests.fakes.roads import NEVER_QUIET

BOTH = frozenset({Channel.SMS, Channel.EMAIL})
NIGHT = QuietHours(begin=time(21), end=time(8))


def reachable(index: int = 1, *, mobile: str | None = "+8801712345678", email: str | None = "r@worker.example"):  # type: ignore[no-untyped-def]
    wanted = draft(index)
    return replace(wanted, worker=replace(wanted.worker, mobile=mobile, email=email))


def news(office: OfficeAtWork, *, quiet: QuietHours = NEVER_QUIET) -> int:
    return queue_news(office.service, office.clock.at, roads=BOTH, quiet=quiet)


def messages(office: OfficeAtWork, reference: str, channel: Channel = Channel.SMS) -> list[Delivery]:
    with office.service.database.read() as work:
        return [each for each in work.deliveries.of_case(reference) if each.channel is channel]


def told(office: OfficeAtWork, reference: str) -> list[CaseEvent]:
    return [each.event for each in messages(office, reference)]


def hooked(office: OfficeAtWork, *, officer_no: str = AGENCY_CLERK.number) -> str:
    """A webhook of a program that stands in an account's place."""
    made = clients.register(
        office.service, name=f"p-{officer_no.lower()}", officer_no=officer_no, scopes=[ClientScope.WEBHOOKS]
    )
    caller = authenticate(office.service, made.token)
    return interface_webhooks.add_webhook(office.service, caller, "https://agency.example/in").id


def sent_to(office: OfficeAtWork, webhook_id: str) -> list[tuple[CaseEvent, ApplicationState | None, str | None]]:
    with office.service.database.read() as work:
        found = work.deliveries.of_webhook(webhook_id, state=None, limit=100)
    return [(each.event, each.case_state, each.clearance_no) for each in reversed(found)]


def send_back_first(office: OfficeAtWork, case: Application) -> None:
    expect(
        move_with_reason(
            office.service,
            case.reference,
            Move.SEND_BACK,
            officer=CHECKER,
            device=DEVICE,
            version=case.version,
            reason="photo",
        )
    )


def hold_it(office: OfficeAtWork, reference: str) -> None:
    version = office.stored(reference).version
    expect(
        move_with_reason(
            office.service, reference, Move.HOLD, officer=ISSUER, device=DEVICE, version=version, reason="court order"
        )
    )


def release_it(office: OfficeAtWork, reference: str) -> None:
    version = office.stored(reference).version
    expect(
        move_with_reason(
            office.service, reference, Move.RELEASE, officer=APPROVER, device=DEVICE, version=version, reason="lifted"
        )
    )


class TestPrograms:
    def test_a_program_hears_of_every_step_in_its_order_with_state_and_number(self, office: OfficeAtWork) -> None:
        hook = hooked(office)
        card = office.issue(reachable())
        news(office)
        assert sent_to(office, hook) == [
            (CaseEvent.SUBMITTED, ApplicationState.SUBMITTED, None),
            (CaseEvent.CHECKED, ApplicationState.CHECKED, None),
            (CaseEvent.APPROVED, ApplicationState.APPROVED, None),
            (CaseEvent.ISSUED, ApplicationState.ISSUED, card.clearance_no),
        ]

    def test_a_program_hears_of_no_case_that_its_account_does_not_see(self, office: OfficeAtWork) -> None:
        rival = replace(AGENCY_CLERK, number="AG-2", username="ag-2", licence_no="RL-77")
        with office.service.database.write() as work:
            work.staff.add(rival)
            work.commit()
        own, other = hooked(office), hooked(office, officer_no="AG-2")
        office.enter(reachable())
        news(office)
        assert len(sent_to(office, own)) == 1
        assert sent_to(office, other) == []

    def test_a_revoked_program_or_a_blocked_account_hears_nothing(self, office: OfficeAtWork) -> None:
        hook = hooked(office)
        with office.service.database.write() as work:
            work.staff.save(replace(AGENCY_CLERK, active=False))
            work.commit()
        office.enter(reachable())
        news(office)
        assert sent_to(office, hook) == []

    def test_repeated_changes_are_all_told(self, office: OfficeAtWork) -> None:
        hook = hooked(office)
        card = office.issue(reachable())
        for _ in range(2):
            hold_it(office, card.application_reference)
            release_it(office, card.application_reference)
        news(office)
        assert [event for event, _, _ in sent_to(office, hook)][4:] == [
            CaseEvent.HELD,
            CaseEvent.RELEASED,
            CaseEvent.HELD,
            CaseEvent.RELEASED,
        ]


class TestTheRecordAsFeed:
    def test_nothing_is_told_twice_and_nothing_is_left_out(self, office: OfficeAtWork) -> None:
        hook = hooked(office)
        office.enter(reachable(1))
        assert news(office) == 3
        assert news(office) == 0
        office.enter(reachable(2))
        assert news(office) == 3
        assert len(sent_to(office, hook)) == 2

    def test_a_crash_before_the_commit_changes_nothing(
        self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = office.enter(reachable())

        def die(*_: object) -> Iterable[Delivery]:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(events, "_to_the_worker", die)
            with pytest.raises(KeyboardInterrupt):
                news(office)
        assert messages(office, case.reference) == []
        news(office)
        assert told(office, case.reference) == [CaseEvent.SUBMITTED]

    def test_many_entries_are_read_in_parts(self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "AT_ONCE", 2)
        hook = hooked(office)
        office.issue(reachable())
        news(office)
        assert len(sent_to(office, hook)) == 4

    def test_an_idle_office_takes_no_lock(self, office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
        office.enter(reachable())
        news(office)
        monkeypatch.setattr(office.service.database, "write", lambda: pytest.fail("there is nothing to write"))
        assert news(office) == 0

    def test_every_act_on_a_case_is_news_or_is_known_to_be_none(self) -> None:
        quiet = {
            AuditAct.APPLICATION_DRAFTED,
            AuditAct.APPLICATION_AMENDED,
            AuditAct.SIGNING_PLANNED,
            AuditAct.SIGNING_REFUSED,
            AuditAct.SIGNING_STOPPED,
            AuditAct.SIGNING_RESUMED,
            AuditAct.CARD_PRINTED,
        }
        subjects = ("application.", "correction.", "renewal.", "signing.", "card.", "worker.")
        assert {act for act in AuditAct if act.value.startswith(subjects)} == quiet | set(EVENTS)


class TestWorkers:
    def test_the_worker_is_told_of_what_concerns_workers(self, office: OfficeAtWork) -> None:
        card = office.issue(reachable())
        news(office)
        assert told(office, card.application_reference) == [CaseEvent.SUBMITTED, CaseEvent.ISSUED]
        assert len(messages(office, card.application_reference, Channel.EMAIL)) == 2

    def test_no_message_holds_an_address(self, office: OfficeAtWork) -> None:
        case = office.enter(reachable())
        news(office)
        assert "88017" not in str(messages(office, case.reference))

    def test_without_an_address_nothing_is_queued(self, office: OfficeAtWork) -> None:
        case = office.enter(reachable(mobile=None, email=None))
        news(office)
        assert told(office, case.reference) == []

    def test_a_way_that_an_installation_lacks_is_not_used(self, office: OfficeAtWork) -> None:
        case = office.enter(reachable())
        queue_news(office.service, NOW, roads=frozenset({Channel.EMAIL}), quiet=NEVER_QUIET)
        assert told(office, case.reference) == []
        assert len(messages(office, case.reference, Channel.EMAIL)) == 1

    def test_something_to_put_right_is_told(self, office: OfficeAtWork) -> None:
        case = office.enter(reachable())
        send_back_first(office, case)
        news(office)
        assert told(office, case.reference) == [CaseEvent.SUBMITTED, CaseEvent.RETURNED]

    def test_a_hold_is_told_only_of_a_card(self, office: OfficeAtWork) -> None:
        case = office.enter(reachable(1))
        hold_it(office, case.reference)
        card = office.issue(reachable(2))
        hold_it(office, card.application_reference)
        news(office)
        assert told(office, case.reference) == [CaseEvent.SUBMITTED]
        assert told(office, card.application_reference)[-1] is CaseEvent.HELD

    @pytest.mark.parametrize(
        ("reason", "last"),
        [(RevocationReason.VISA_CANCELLED, CaseEvent.REVOKED), (RevocationReason.DECEASED, CaseEvent.ISSUED)],
    )
    def test_a_cancelled_card_is_told_but_not_to_the_telephone_of_the_dead(
        self, office: OfficeAtWork, reason: RevocationReason, last: CaseEvent
    ) -> None:
        card = office.issue(reachable())
        expect(
            revoke(office.service, card.clearance_no, officer=SECOND_ISSUER, device=DEVICE, reason=reason, remark="x")
        )
        news(office)
        assert told(office, card.application_reference)[-1] is last

    def test_whoever_wants_no_messages_gets_none_until_they_are_wanted_again(self, office: OfficeAtWork) -> None:
        case = office.enter(reachable())
        stop_messages(office.service, case.reference, officer=CLERK, device=DEVICE)
        news(office)
        assert told(office, case.reference) == []
        assert messages_of(office.service, case.reference, officer=CLERK).opted_out
        resume_messages(office.service, case.reference, officer=CLERK, device=DEVICE)
        send_back_first(office, case)
        news(office)
        assert told(office, case.reference) == [CaseEvent.RETURNED]

    def test_the_same_news_waiting_is_not_queued_again_but_a_change_is(self, office: OfficeAtWork) -> None:
        card = office.issue(reachable())
        reference = card.application_reference
        for _ in range(2):
            hold_it(office, reference)
            release_it(office, reference)
        news(office)
        assert told(office, reference)[2:] == [
            CaseEvent.HELD,
            CaseEvent.RELEASED,
            CaseEvent.HELD,
            CaseEvent.RELEASED,
        ]

    def test_at_night_only_what_cannot_wait_is_due(self, office: OfficeAtWork) -> None:
        office.clock.advance(hours=11)  # 23:00 in Dhaka
        card = office.issue(reachable())
        hold_it(office, card.application_reference)
        news(office, quiet=NIGHT)
        due = {each.event: each.next_at for each in messages(office, card.application_reference)}
        morning = datetime(2026, 11, 23, 2, tzinfo=UTC)
        assert due[CaseEvent.ISSUED] == morning
        assert due[CaseEvent.HELD] == office.clock.at
        letters = messages(office, card.application_reference, Channel.EMAIL)
        assert {each.next_at for each in letters} == {office.clock.at}, "a letter wakes nobody"


@pytest.mark.parametrize(
    ("begin", "end", "at", "opens"),
    [
        (21, 8, "2026-11-22T20:59", "2026-11-22T20:59"),
        (21, 8, "2026-11-22T21:00", "2026-11-23T08:00"),
        (21, 8, "2026-11-23T07:59", "2026-11-23T08:00"),
        (21, 8, "2026-11-23T08:00", "2026-11-23T08:00"),
        (0, 6, "2026-11-23T05:00", "2026-11-23T06:00"),
        (0, 6, "2026-11-23T23:00", "2026-11-23T23:00"),
        (0, 0, "2026-11-23T03:00", "2026-11-23T03:00"),
    ],
)
def test_quiet_hours_are_those_of_dhaka(begin: int, end: int, at: str, opens: str) -> None:
    hours = QuietHours(begin=time(begin), end=time(end))
    shift = timedelta(hours=6)
    moment, wanted = (datetime.fromisoformat(text).replace(tzinfo=UTC) - shift for text in (at, opens))
    assert hours.opens(moment) == wanted
