"""The officers' pages over the real database: who may do what to a case, and what a refusal says."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from clearance.domain.application import Application
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.staff import Officer
from clearance.issuing import approve, check, entry
from clearance.issuing.halt import stop_signing
from clearance.issuing.ports import KeysUnusable, Unavailable
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, EVERYTHING, ISSUER, draft, expect
from tests.integration.staff_pages import Desk, Workplace, open_workplace, words


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


# --- the queue


def test_the_queue_shows_each_case_under_its_state_with_counts(workplace: Workplace) -> None:
    workplace.office.enter(draft(1))
    workplace.office.check(draft(4))
    workplace.office.approve(draft(2))
    workplace.office.issue(draft(3))
    desk = workplace.desk_of(APPROVER)
    numbers = {"submitted": "A00000001", "checked": "A00000004", "approved": "A00000002", "issued": "A00000003"}
    for state, passport_no in numbers.items():
        page = desk.get(f"/staff/queue?state={state}")
        assert set(re.findall(r"A0000000\d", page.text)) == {passport_no}
    assert "Submitted 1 Checked 1 Approved 1 Issued 1 Held 0" in words(desk.get("/staff/queue"))


def test_the_queue_says_which_of_the_four_checks_is_missing(workplace: Workplace) -> None:
    sound = draft(1)
    workplace.office.enter(replace(sound, worker=replace(sound.worker, fingerprint_taken_on=None)))
    page = words(workplace.desk_of(APPROVER).get("/staff/queue"))
    assert "Fingerprint: missing Briefing: in order Visa: in order Fees: in order" in page
    assert "Incomplete" in page


@pytest.mark.parametrize("typed", ["A00000001", "a00000001", "A০০০০০০০১", "bidn20260000001"])
def test_a_case_is_found_by_its_numbers_however_they_are_typed(workplace: Workplace, typed: str) -> None:
    workplace.office.enter(draft(1))
    workplace.office.enter(draft(2))
    page = workplace.desk_of(APPROVER).get(f"/staff/queue?text={typed}")
    assert set(re.findall(r"A0000000\d", page.text)) == {"A00000001"}


@pytest.mark.parametrize("query", ["state=nonsense&page=x", "page=-5", "page=999999999999999999999", "text=%25_%27%22"])
def test_an_odd_address_shows_the_nearest_page_there_is(workplace: Workplace, query: str) -> None:
    workplace.office.enter(draft(1))
    assert workplace.desk_of(APPROVER).get(f"/staff/queue?{query}").status_code == 200


def test_a_long_queue_has_pages(workplace: Workplace) -> None:
    for index in range(1, 53):
        workplace.office.enter(draft(index))
        workplace.office.clock.advance(seconds=1)
    desk = workplace.desk_of(APPROVER)
    first, second = desk.get("/staff/queue"), desk.get("/staff/queue?page=2")
    assert "Page 1 of 2" in words(first)
    assert "A00000001" in first.text
    assert "A00000051" in second.text
    assert "A00000001" not in second.text


# --- one case


def act(desk: Desk, case: Application, verb: str, **form: str) -> TestResponse:
    """Press a button of the case as it was shown in the version `case`."""
    return desk.post(f"/staff/cases/{case.reference}/{verb}", version=str(case.version), **form)


def test_a_case_goes_from_the_counter_to_a_card_through_three_more_officers(workplace: Workplace) -> None:
    case = workplace.office.enter()
    checker, approver, issuer = (workplace.desk_of(each) for each in (CHECKER, APPROVER, ISSUER))
    checked = act(checker, case, "check")
    assert "The case is checked." in words(checker.get(checked.location))
    approved = act(approver, workplace.office.stored(case.reference), "approve")
    assert (approved.status_code, approved.location) == (303, f"/staff/cases/{case.reference}")
    assert "The case is approved." in words(approver.get(approved.location))
    issued = act(issuer, workplace.office.stored(case.reference), "issue")
    assert issued.status_code == 303
    page = issuer.get(issued.location)
    assert "The card is issued." in words(page)
    pdf = issuer.get(f"{issued.location}/card.pdf")
    assert pdf.data.startswith(b"%P")
    assert pdf.headers["Content-Disposition"].startswith("inline; filename=BMET-2026-")
    assert (pdf.mimetype, pdf.headers["Cache-Control"]) == ("application/pdf", "no-store")


def test_the_photo_is_shown_and_never_cached(workplace: Workplace) -> None:
    case = workplace.office.enter()
    photo = workplace.desk_of(APPROVER).get(f"/staff/cases/{case.reference}/photo")
    assert (photo.mimetype, photo.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert photo.data.startswith(b"\xff\xd8")


@pytest.mark.parametrize("language", ["en", "bn"])
def test_who_entered_a_case_reads_why_somebody_else_must_approve_and_changes_nothing(
    workplace: Workplace, language: str
) -> None:
    entered_by_me = {"en": "You entered this case; someone else must", "bn": "এই আবেদন আপনি এন্ট্রি দিয়েছেন"}[language]
    entered = enter_by_everything(workplace)
    service = workplace.office.service
    case = expect(check.check(service, entered.reference, officer=CHECKER, device=DEVICE, version=1))
    desk = workplace.desk_of(EVERYTHING, language=language)
    page = desk.get(f"/staff/cases/{case.reference}")
    assert entered_by_me in words(page)
    assert "/approve" not in page.text
    forced = act(desk, case, "approve")
    assert forced.status_code == 422
    assert entered_by_me in words(forced)
    assert workplace.office.stored(case.reference) == case


def enter_by_everything(workplace: Workplace) -> Application:
    """A case entered by an officer who holds every role."""
    photo = workplace.office.documents.put(b"\xff\xd8 face")
    wanted = draft(7)
    with_photo = replace(wanted, worker=replace(wanted.worker, photo_sha256=photo))
    return expect(entry.enter(workplace.office.service, with_photo, officer=EVERYTHING, device=DEVICE))


def test_who_approved_a_case_reads_why_somebody_else_must_issue_it(workplace: Workplace) -> None:
    case = workplace.office.check()
    expect(approve.approve(workplace.office.service, case.reference, officer=EVERYTHING, device=DEVICE, version=2))
    desk = workplace.desk_of(EVERYTHING)
    page = desk.get(f"/staff/cases/{case.reference}")
    assert "You already acted on this case as its approving officer; someone else must do this." in words(page)
    assert "/issue" not in page.text
    assert act(desk, workplace.office.stored(case.reference), "issue").status_code == 422
    assert workplace.office.stored(case.reference).state is ApplicationState.APPROVED


@pytest.mark.parametrize(
    ("officer", "verb", "role"),
    [
        (CLERK, "approve", "Approving officer"),
        (CLERK, "reject", "Approving officer"),
        (ISSUER, "approve", "Approving officer"),
        (ISSUER, "reject", "Approving officer"),
        (CLERK, "issue", "Issuing officer"),
        (APPROVER, "issue", "Issuing officer"),
    ],
)
def test_an_act_without_its_role_is_refused_with_the_role_that_it_needs(
    workplace: Workplace, officer: Officer, verb: str, role: str
) -> None:
    case = workplace.office.approve() if verb == "issue" else workplace.office.check()
    answer = act(workplace.desk_of(officer), case, verb, reason="because")
    assert answer.status_code == 422
    assert f"does not have the role “{role}”" in words(answer)
    assert workplace.office.stored(case.reference) == case


def test_what_stands_against_a_case_is_said_and_the_button_is_not_offered(workplace: Workplace) -> None:
    sound = draft(1)
    case = workplace.office.enter(replace(sound, worker=replace(sound.worker, fingerprint_taken_on=None)))
    desk = workplace.desk_of(APPROVER)
    page = desk.get(f"/staff/cases/{case.reference}")
    assert "No fingerprint on record." in words(page)
    assert f"/staff/cases/{case.reference}/approve" not in page.text
    assert act(desk, case, "approve").status_code == 422
    assert workplace.office.stored(case.reference) == case


def test_rejecting_needs_a_reason_and_keeps_it_on_record(workplace: Workplace) -> None:
    case = workplace.office.enter()
    desk = workplace.desk_of(APPROVER)
    empty = act(desk, case, "reject", reason="  ")
    assert empty.status_code == 422
    assert "Write the reason" in words(empty)
    assert act(desk, case, "reject", reason="Visa copy illegible").status_code == 303
    rejected = workplace.office.stored(case.reference).rejected
    assert rejected is not None
    assert rejected.reason == "Visa copy illegible"
    assert "Visa copy illegible" in words(desk.get(f"/staff/cases/{case.reference}"))


def test_a_reason_that_is_too_long_is_refused_and_not_lost(workplace: Workplace) -> None:
    case = workplace.office.enter()
    typed = "word " * 120
    answer = act(workplace.desk_of(APPROVER), case, "reject", reason=typed)
    assert answer.status_code == 422
    assert "at most 500 characters" in words(answer)
    assert typed in answer.text
    assert workplace.office.stored(case.reference) == case


def test_the_slower_of_two_officers_reads_who_did_what_and_keeps_what_was_typed(workplace: Workplace) -> None:
    case = workplace.office.enter()
    desk = workplace.desk_of(APPROVER)
    other = replace(EVERYTHING)
    expect(
        move_with_reason(
            workplace.office.service,
            case.reference,
            Move.REJECT,
            officer=other,
            device=DEVICE,
            version=1,
            reason="Duplicate",
        )
    )
    answer = act(desk, case, "reject", reason="My own long reason")
    assert answer.status_code == 409
    assert "Another officer was faster; you changed nothing." in words(answer)
    assert "Officer X-1 X-1 : Case rejected, 22 November 2026, 12:00" in words(answer)
    assert "My own long reason" in words(answer)
    stored = workplace.office.stored(case.reference)
    assert stored.rejected is not None
    assert stored.rejected.officer_no == other.number


def test_pressing_approve_twice_is_not_blamed_on_another_officer(workplace: Workplace) -> None:
    case = workplace.office.check()
    desk = workplace.desk_of(APPROVER)
    assert act(desk, case, "approve").status_code == 303
    again = act(desk, case, "approve")
    assert again.status_code == 409
    assert "You did this already; nothing was changed now." in words(again)


@pytest.mark.parametrize("version", ["", "x", "0", "2", "99999999999999999999"])
def test_a_form_without_the_right_version_moves_nothing(workplace: Workplace, version: str) -> None:
    case = workplace.office.enter()
    answer = workplace.desk_of(APPROVER).post(f"/staff/cases/{case.reference}/approve", version=version)
    assert answer.status_code == 409
    assert workplace.office.stored(case.reference) == case


def test_a_card_that_cannot_be_read_back_is_not_issued_and_the_officer_is_told(workplace: Workplace) -> None:
    case = workplace.office.approve()
    workplace.office.printer.smudged = frozenset({2})
    answer = act(workplace.desk_of(ISSUER), case, "issue")
    assert answer.status_code == 503
    assert "The card could not be made." in words(answer)
    assert workplace.office.stored(case.reference).state is ApplicationState.APPROVED
    workplace.office.printer.smudged = frozenset()
    assert act(workplace.desk_of(ISSUER), case, "issue").status_code == 303


@pytest.mark.parametrize(
    ("part", "error", "sentence"),
    [
        ("printer.seal", KeysUnusable("The token was taken out."), "The signing service cannot use its keys now"),
        ("documents.put", OSError(ENOSPC, "No space left on device"), "its disk is full or broken"),
        ("printer.render", Unavailable("locked"), "cannot use the database now"),
    ],
)
def test_what_breaks_in_the_signing_service_is_said_and_pressing_again_makes_the_planned_card(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, part: str, error: Exception, sentence: str
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    case, desk = workplace.office.approve(), workplace.desk_of(ISSUER)
    port, _, method = part.partition(".")
    with monkeypatch.context() as patch:
        patch.setattr(getattr(workplace.office, port), method, fail)
        answer = act(desk, case, "issue")
    assert answer.status_code == 503
    assert sentence in words(answer)
    assert "administrator" in words(answer)
    with workplace.office.service.database.read() as work:
        plan = work.intents.for_application(case.reference)
    assert plan is not None
    assert act(desk, case, "issue").status_code == 303
    assert workplace.clearance(plan.clearance_no).application_reference == case.reference


def test_pressing_issue_twice_leads_to_the_same_card(workplace: Workplace) -> None:
    case, desk = workplace.office.approve(), workplace.desk_of(ISSUER)
    first, second = act(desk, case, "issue"), act(desk, case, "issue")
    assert (second.status_code, second.location) == (303, first.location)


def test_a_stop_of_all_signing_is_shown_to_officers_and_to_nobody_else(workplace: Workplace) -> None:
    reason = "<b>Passwords</b> stolen"
    expect(stop_signing(workplace.office.service, officer_no=APPROVER.number, reason=reason))
    desk = workplace.desk_of(CLERK)
    for path in ("/staff/queue", "/staff/cards"):
        said = words(desk.get(path))
        assert "Signing is stopped. No card can be issued now." in said
        assert f"Stopped by Officer A-1 on 22 November 2026, 12:00: “{reason}”." in said
    assert "Signing is stopped" not in words(Desk(workplace.app).get("/staff/sign-in"))
    assert "Signing is stopped" not in words(Desk(workplace.app).get("/"))


def test_an_act_without_a_token_is_refused(workplace: Workplace) -> None:
    case = workplace.office.enter()
    desk = workplace.desk_of(APPROVER)
    assert desk.send(f"/staff/cases/{case.reference}/approve", version="1").status_code == 400
    assert workplace.office.stored(case.reference) == case


@pytest.mark.parametrize("path", ["cases/APP-NOSUCHNO", "cases/APP-NOSUCHNO/photo", "cards/BMET-1", "cards/B/card.pdf"])
def test_what_is_not_on_record_is_not_found(workplace: Workplace, path: str) -> None:
    assert workplace.desk_of(APPROVER).get(f"/staff/{path}").status_code == 404


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_hostile_texts_are_shown_as_texts_on_every_page(workplace: Workplace) -> None:
    sound = draft(1)
    worker = replace(sound.worker, name_en=HOSTILE[:80], name_bn=HOSTILE)
    case = workplace.office.enter(replace(sound, worker=worker, job=replace(sound.job, employer=HOSTILE[:60])))
    desk = workplace.desk_of(APPROVER)
    pages = [
        desk.get("/staff/queue"),
        desk.get(f"/staff/queue?text={HOSTILE}"),
        desk.get(f"/staff/cards?text={HOSTILE}"),
        desk.get(f"/staff/cases/{case.reference}"),
        desk.get(f"/staff/sign-in?next={HOSTILE}"),
        act(desk, case, "reject", reason=HOSTILE * 10),
        Desk(workplace.app).sign_in(replace(CLERK, username=HOSTILE)),
    ]
    act(desk, case, "reject", reason=HOSTILE)
    pages.append(desk.get(f"/staff/cases/{case.reference}"))
    for page in pages:
        assert "<script>" not in page.text
        assert "<img src=x" not in page.text
    assert HOSTILE in words(pages[-1])


# --- language


def test_pages_speak_bengali_first_with_bengali_digits(workplace: Workplace) -> None:
    workplace.office.enter(draft(1))
    desk = Desk(workplace.app, language="")
    assert desk.sign_in(APPROVER).status_code == 303
    page = desk.get("/staff/queue")
    assert '<html lang="bn">' in page.text
    assert "জমা পড়েছে ১" in words(page)
    assert "A00000001" in words(page)


def test_changing_the_language_keeps_the_place(workplace: Workplace) -> None:
    page = workplace.desk_of(APPROVER).get("/staff/queue?state=approved&text=A0")
    target = re.search(r'hreflang="bn" href="([^"]+)"', page.text)
    assert target is not None
    assert parse_qs(urlsplit(html.unescape(target[1])).query) == {
        "state": ["approved"],
        "text": ["A0"],
        "page": ["1"],
        "lang": ["bn"],
    }


def test_no_page_carries_inline_script_or_style(workplace: Workplace) -> None:
    card = workplace.office.issue(draft(1))
    case = workplace.office.enter(draft(2))
    desk = workplace.desk_of(EVERYTHING)
    paths = ["queue", "cards", f"cards/{card.clearance_no}", f"cards/{card.clearance_no}/revoke"]
    for path in [*paths, f"cases/{case.reference}", f"cases/{card.application_reference}"]:
        page = desk.get(f"/staff/{path}")
        assert page.status_code == 200
        assert not re.search(r"<style|style=|<script(?![^>]+src=)|\son\w+=", page.text), path
