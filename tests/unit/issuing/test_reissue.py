"""Cards of a distrusted key, made anew: the same case, a new card, the old one superseded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.claims import CardClass
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.permit import Agency
from clearance.domain.reissue import Reissue
from clearance.domain.signing import Ceiling
from clearance.issuing import halt, revoke
from clearance.issuing.distrusted import affected, queue_reissue, reissue_waiting, tallies, try_refused_again
from clearance.issuing.ports import NotOnRecord, NotSigned
from clearance.issuing.reissue_list import refused_reissues
from tests.fakes.office import (
    AGENCY,
    APPROVER,
    CLERK,
    DEVICE,
    ISSUER,
    PERMIT,
    SECOND_ISSUER,
    OfficeAtWork,
    draft,
    open_office,
)


class Crash(BaseException):
    """What `kill -9` is to a process."""


def issue(office: OfficeAtWork, *numbers: int) -> list[Clearance]:
    cards = [office.issue(draft(number)) for number in numbers]
    return sorted(cards, key=lambda card: card.clearance_no)


def anew(office: OfficeAtWork, card: Clearance, *, officer_no: str = SECOND_ISSUER.number) -> str | Refused:
    return office.service.signing.reissue(card.clearance_no, officer_no=officer_no)


def stored(office: OfficeAtWork, clearance_no: str) -> Clearance:
    with office.service.database.read() as work:
        card = work.clearances.get(clearance_no)
    assert card is not None
    return card


def entry(office: OfficeAtWork, card: Clearance) -> Reissue:
    with office.service.database.read() as work:
        found = work.reissues.get(card.clearance_no)
    assert found is not None
    return found


def used(office: OfficeAtWork) -> int:
    with office.service.database.read() as work:
        permit = work.permits.get(PERMIT.number)
    assert permit is not None
    return permit.used


def change_agency(office: OfficeAtWork, **changes: object) -> None:
    """By hand, as the office's own programs cannot yet."""
    agency = Agency(**{**vars(AGENCY), **changes})
    office.service.database.rows.agencies[agency.licence_no] = agency  # type: ignore[attr-defined]


def grounds(outcome: str | Refused) -> list[Ground]:
    assert isinstance(outcome, Refused)
    return [objection.ground for objection in outcome.objections]


def queued(office: OfficeAtWork, *numbers: int) -> list[Clearance]:
    cards = issue(office, *numbers)
    assert queue_reissue(office.service, cards[0].kid) == len(cards)
    return cards


def test_affected_are_the_cards_that_workers_still_rely_on(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearance.issuing.distrusted.PAGE", 2)
    cards = issue(office, *range(6))
    reason = RevocationReason.WORKER_WITHDREW
    revoke.revoke(office.service, cards[2].clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
    assert list(affected(office.service, cards[0].kid)) == [*cards[:2], *cards[3:]]
    assert list(affected(office.service, b"another.")) == []
    office.clock.advance(days=800)
    assert list(affected(office.service, cards[0].kid)) == []


def test_putting_cards_down_twice_changes_nothing_and_is_on_record_once(office: OfficeAtWork) -> None:
    cards = queued(office, 1, 2)
    assert queue_reissue(office.service, cards[0].kid) == 0
    with office.service.database.read() as work:
        acts = [each.act for each in work.audit.entries(subject=cards[0].kid.hex())]
    assert acts == [AuditAct.REISSUE_QUEUED]


def test_a_new_card_takes_the_place_of_the_old(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    office.clock.advance(days=3)
    number = anew(office, old)
    assert isinstance(number, str)
    new = stored(office, number)
    assert stored(office, old.clearance_no).status is Status.SUPERSEDED
    assert new.status is Status.VALID
    assert new.clearance_no != old.clearance_no
    assert new.status_ref != old.status_ref
    assert (new.application_reference, new.passport_no) == (old.application_reference, old.passport_no)
    assert (new.approved_by, new.issued_by) == (old.approved_by, old.issued_by)
    assert new.issued_at > old.issued_at
    assert entry(office, old).done_clearance_no == number


def test_the_worker_is_given_the_new_card_and_the_desk_tells_them_apart(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    number = anew(office, old)
    assert isinstance(number, str)
    office.service.signing.publish_status()
    at = int(office.clock.at.timestamp())
    verdicts = [verdict_for(pack(card.token), held=office.room.held(), at=at) for card in (old, stored(office, number))]
    assert [verdict.reason for verdict in verdicts] == [Reason.SUPERSEDED, Reason.VALID]
    assert verdicts[1].claims is not None
    assert verdicts[1].claims.card_class is CardClass.REISSUE
    with office.service.database.read() as work:
        current = work.clearances.for_application(old.application_reference)
    assert current is not None
    assert current.clearance_no == number


def test_no_place_of_the_permit_is_taken_even_where_none_is_left() -> None:
    office = open_office(permits=(replace(PERMIT, places=1),))
    [old] = queued(office, 1)
    assert used(office) == 1
    assert isinstance(anew(office, old), str)
    assert used(office) == 1


def test_a_new_card_never_runs_longer_than_the_old(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    office.clock.advance(days=20)
    number = anew(office, old)
    assert isinstance(number, str)
    assert stored(office, number).valid_until == old.valid_until


def test_asking_again_gives_the_same_card(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    numbers = {str(anew(office, old)) for _ in range(5)}
    assert len(numbers) == 1
    assert used(office) == 1


def test_who_ordered_it_is_on_record_and_who_cleared_the_worker_stays(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    anew(office, old)
    with office.service.database.read() as work:
        *_, planned, done = work.audit.entries(subject=old.application_reference)
    assert (planned.act, done.act) == (AuditAct.SIGNING_PLANNED, AuditAct.CARD_REISSUED)
    assert done.officer_no == SECOND_ISSUER.number
    assert done.facts["superseded"] == old.clearance_no


def test_a_card_that_is_not_on_the_list_is_not_made_anew(office: OfficeAtWork) -> None:
    [card] = issue(office, 1)
    with pytest.raises(NotOnRecord):
        anew(office, card)


@pytest.mark.parametrize("officer", [CLERK, APPROVER])
def test_only_an_issuing_officer_may_order_it_and_the_entry_goes_on_waiting(
    office: OfficeAtWork, officer: object
) -> None:
    [old] = queued(office, 1)
    assert grounds(anew(office, old, officer_no=officer.number)) == [Ground.ROLE_MISSING]  # type: ignore[attr-defined]
    assert entry(office, old).settled_at is None
    assert stored(office, old.clearance_no).status is Status.VALID


def test_a_case_that_may_not_be_issued_any_more_is_settled_with_its_ground(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    change_agency(office, suspended_on=office.service.today())
    assert grounds(anew(office, old)) == [Ground.LICENCE_SUSPENDED]
    assert entry(office, old).ground == Ground.LICENCE_SUSPENDED
    assert stored(office, old.clearance_no).status is Status.VALID
    [shown] = refused_reissues(office.service)
    assert (shown.clearance_no, grounds(Refused(objections=shown.against))) == (
        old.clearance_no,
        [Ground.LICENCE_SUSPENDED],
    )


def test_what_was_refused_can_be_tried_again_when_the_ground_is_gone(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    change_agency(office, suspended_on=office.service.today())
    anew(office, old)
    change_agency(office, suspended_on=None)
    assert try_refused_again(office.service) == 1
    assert reissue_waiting(office.service, officer=SECOND_ISSUER).done == 1


def test_a_card_that_was_revoked_meanwhile_stays_revoked(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    reason = RevocationReason.FALSE_DOCUMENTS
    revoke.revoke(office.service, old.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
    assert grounds(anew(office, old))[0] is Ground.CARD_NOT_IN_FORCE
    assert stored(office, old.clearance_no).status is Status.INVALID


def test_a_card_on_hold_is_not_freed_by_a_new_one(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    with office.service.database.write() as work:
        work.clearances.set_status(replace(old, status=Status.SUSPENDED))
        work.commit()
    assert grounds(anew(office, old))[0] is Ground.CARD_NOT_IN_FORCE


def test_a_stop_and_the_ceiling_hold_here_too_and_settle_nothing(office: OfficeAtWork) -> None:
    old, other = queued(office, 1, 2)
    halt.stop_signing(office.service, officer_no=ISSUER.number, reason="drill")
    assert isinstance(anew(office, old), Refused)
    halt.resume_signing(office.service, officer_no=ISSUER.number, reason="drill over")
    office.change_room(ceiling=Ceiling(an_hour=3, a_day=3))
    assert isinstance(anew(office, old), str)
    assert isinstance(anew(office, other), Refused)
    assert entry(office, other).settled_at is None


def test_a_run_issues_every_waiting_card_and_says_how_far_it_is(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearance.issuing.distrusted.BATCH", 2)
    cards = queued(office, *range(1, 6))
    told: list[tuple[int, int]] = []
    ended = reissue_waiting(office.service, officer=SECOND_ISSUER, progress=lambda done, of: told.append((done, of)))
    assert (ended.done, ended.refused, ended.stopped) == (5, 0, None)
    assert told == [(done, 5) for done in range(1, 6)]
    [tally] = tallies(office.service)
    assert (tally.waiting, tally.done, tally.refused, tally.total) == (0, 5, 0, 5)
    superseded = {card.status_ref.idx: Status.SUPERSEDED for card in cards}
    assert office.publisher.newest == superseded


def test_a_run_that_is_not_allowed_ends_at_once_and_says_why(office: OfficeAtWork) -> None:
    queued(office, 1, 2)
    ended = reissue_waiting(office.service, officer=CLERK)
    assert ended.stopped is not None
    assert (ended.done, ended.refused) == (0, 0)


@pytest.mark.parametrize("moment", ["render", "seal", "put"])
def test_a_run_that_was_killed_goes_on_with_the_same_card(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    cards = queued(office, *range(1, 5))
    part = office.documents if moment == "put" else office.printer
    with monkeypatch.context() as patched:

        def die(*_: object, **__: object) -> None:
            raise Crash

        patched.setattr(part, moment, die)
        with pytest.raises(Crash):
            reissue_waiting(office.service, officer=SECOND_ISSUER)
    with office.service.database.read() as work:
        plan = work.intents.for_application(cards[0].application_reference)
        signed_so_far = work.signing.lately(office.clock.at).in_an_hour
    assert plan is not None
    ended = reissue_waiting(office.service, officer=SECOND_ISSUER)
    assert ended.done == 4
    assert entry(office, cards[0]).done_clearance_no == plan.clearance_no
    with office.service.database.read() as work:
        assert work.signing.lately(office.clock.at).in_an_hour == signed_so_far + 3


def test_a_new_card_that_was_planned_and_never_recorded_dies_with_the_old(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    [old] = queued(office, 1)
    with monkeypatch.context() as patched:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr(office.documents, "put", full)
        with pytest.raises(NotSigned):
            anew(office, old)
    with office.service.database.read() as work:
        plan = work.intents.for_application(old.application_reference)
    assert plan is not None
    assert plan.clearance_no != old.clearance_no
    office.service.signing.publish_status()
    assert office.publisher.newest == {}
    reason = RevocationReason.VISA_CANCELLED
    revoke.revoke(office.service, old.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
    dead = {old.status_ref.idx: Status.INVALID, plan.status_ref.idx: Status.INVALID}
    assert office.publisher.newest == dead


def test_a_card_issued_anew_may_be_issued_anew_again(office: OfficeAtWork) -> None:
    [old] = queued(office, 1)
    first = anew(office, old)
    assert isinstance(first, str)
    office.clock.at += timedelta(days=1)
    queue_reissue(office.service, old.kid)
    second = anew(office, stored(office, first))
    assert isinstance(second, str)
    assert len({old.clearance_no, first, second}) == 3
    assert [stored(office, number).status for number in (first, second)] == [Status.SUPERSEDED, Status.VALID]
