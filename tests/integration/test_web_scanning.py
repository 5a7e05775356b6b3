"""Every door for files that are kept, with a real virus scanner behind it: what it finds, and when it is not there."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clearance.clamd import Clamd
from clearance.domain.audit import AuditAct
from clearance.domain.lifecycle import Move
from clearance.issuing.with_reason import move_with_reason
from clearance.web.app import create_app
from tests.fakes.batch_files import csv_of, line, photos_of
from tests.fakes.office import CHECKER, CLERK, DEVICE, draft, expect
from tests.fakes.outside import PORTRAIT
from tests.fakes.scanner import MARK
from tests.integration.staff_pages import SITE, Desk, Workplace, open_workplace, words
from tests.integration.test_web_entry import sheet
from tests.stack import clamd

FOUND = "was not taken: the virus scanner found something harmful in it. Do not open it."
NOT_NOW = "cannot be looked through for viruses just now, and was not taken."
BATCHES = "/staff/batches"
PDF = b"%PDF-1.7\n"
NAME = "Md Rahim Uddin.bin"
GONE = "unix:/nowhere/clamd.ctl"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    clamd.require()
    with clamd.clamd() as daemon:
        yield daemon.address


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


@pytest.fixture
def guarded(workplace: Workplace, address: str) -> Workplace:
    return guarded_by(workplace, address)


@pytest.fixture
def unanswered(workplace: Workplace) -> Workplace:
    return guarded_by(workplace, GONE)


def guarded_by(workplace: Workplace, address: str) -> Workplace:
    workplace.office.service = replace(workplace.office.service, scanner=Clamd(address))
    workplace.app = create_app(workplace.office.service, workplace.options)
    return workplace


def send(desk: Desk, path: str, *, at: str, files: dict[str, bytes], **form: str) -> TestResponse:
    fields: list[tuple[str, object]] = [("csrf_token", desk.token(at)), *form.items()]
    fields += [(field, (io.BytesIO(content), NAME)) for field, content in files.items()]
    place = {"REMOTE_ADDR": desk.address, "HTTP_USER_AGENT": desk.agent}
    return desk.client.post(path, base_url=SITE, data=MultiDict(fields), environ_base=place)


def on_record(workplace: Workplace) -> list[dict[str, object]]:
    with workplace.office.service.database.read() as work:
        entries = work.audit.entries(subject=CLERK.number)
    return [dict(entry.facts) for entry in entries if entry.act == AuditAct.UPLOAD_REFUSED]


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


HARMFUL = {"photo_file": PORTRAIT + MARK, "evidence_file": PDF + MARK}


@pytest.mark.parametrize("field", HARMFUL)
def test_a_harmful_file_of_a_new_case_is_refused_by_name_and_what_was_typed_stays(
    guarded: Workplace, field: str
) -> None:
    desk, before = guarded.desk_of(CLERK), dict(guarded.office.documents.contents)
    page = desk.get("/staff/entry/new").location
    answer = send(desk, page, at="/staff/entry", files={field: HARMFUL[field]}, then="submit", **sheet(1))
    assert answer.status_code == 422
    assert f"The file “{NAME}” {FOUND}" in words(answer)
    assert f'href="#{"photo_file" if field == "photo_file" else "visa_check_evidence"}"' in answer.text
    assert 'value="A00000001"' in desk.get(page).text
    assert guarded.office.documents.contents == before


def test_what_was_refused_is_on_record_without_its_name(guarded: Workplace) -> None:
    desk = guarded.desk_of(CLERK)
    page = desk.get("/staff/entry/new").location
    with capture_logs() as lines:
        send(desk, page, at="/staff/entry", files={"evidence_file": PDF + MARK}, then="keep")
    (facts,) = on_record(guarded)
    assert facts["signature"] == "Clearance.Test.Mark.UNOFFICIAL"
    assert facts["field"] == "visa_check_evidence"
    assert len(str(facts["sha256"])) == 64
    assert "Rahim" not in f"{facts} {lines}"


def test_clean_files_are_taken_and_one_that_is_harmful_does_not_take_the_other_along(guarded: Workplace) -> None:
    desk = guarded.desk_of(CLERK)
    page = desk.get("/staff/entry/new").location
    mixed = {"photo_file": PORTRAIT, "evidence_file": PDF + MARK}
    assert send(desk, page, at="/staff/entry", files=mixed, then="keep", **sheet(2)).status_code == 422
    assert desk.get(f"{page}/photo").data == PORTRAIT
    clean = {"evidence_file": PDF}
    answer = send(desk, page, at="/staff/entry", files=clean, then="submit", **sheet(2))
    assert answer.status_code == 303, words(answer)
    assert PDF in guarded.office.documents.contents.values()


@pytest.mark.parametrize("field", HARMFUL)
def test_a_harmful_file_of_a_case_sent_back_is_refused_with_everything_else_that_is_wrong(
    guarded: Workplace, field: str
) -> None:
    service, case = guarded.office.service, guarded.office.enter(draft())
    sent_back = expect(
        move_with_reason(
            service,
            case.reference,
            Move.SEND_BACK,
            officer=CHECKER,
            device=DEVICE,
            version=case.version,
            reason="The photo is old",
        )
    )
    desk, page = guarded.desk_of(CLERK), f"/staff/cases/{case.reference}/amend"
    wrong = {"version": str(sent_back.version), "passport_no": "12", "employer": "RIYADH & SONS"}
    answer = send(desk, page, at=page, files={field: HARMFUL[field]}, **wrong)
    assert answer.status_code == 422
    assert FOUND in words(answer)
    assert 'href="#passport_no"' in answer.text
    assert "RIYADH &amp; SONS" in answer.text
    assert guarded.office.stored(case.reference) == sent_back


BATCH_FILES = {
    "a list": ({"sheet": csv_of([line(1, employer=MARK.decode())])}, "sheet"),
    "an archive": ({"sheet": csv_of([line(1)]), "photos": photos_of([1], PORTRAIT + MARK)}, "photos"),
    "a picture packed twice": (
        {"sheet": csv_of([line(1)]), "photos": archive(more=archive(photo=PORTRAIT + MARK))},
        "photos",
    ),
}


@pytest.mark.parametrize("kind", BATCH_FILES)
def test_of_a_batch_with_a_harmful_file_nothing_is_taken(guarded: Workplace, kind: str) -> None:
    files, field = BATCH_FILES[kind]
    desk, before = guarded.desk_of(CLERK), dict(guarded.office.documents.contents)
    answer = send(desk, BATCHES, at=BATCHES, files=files)
    assert answer.status_code == 422
    assert f"“{NAME}” {FOUND}" in words(answer)
    assert f'href="#{field}"' in answer.text
    assert "BAT-" not in words(desk.get(BATCHES))
    assert guarded.office.documents.contents == before
    assert [facts["field"] for facts in on_record(guarded)] == [field]


def test_later_photos_and_corrections_of_a_batch_are_looked_through_as_well(guarded: Workplace) -> None:
    desk = guarded.desk_of(CLERK)
    files = {"sheet": csv_of([line(1)]), "photos": photos_of([1], PORTRAIT)}
    page = send(desk, BATCHES, at=BATCHES, files=files).location
    added = send(desk, f"{page}/photos", at=page, files={"photos": photos_of([2], PORTRAIT + MARK)})
    corrected = send(desk, f"{page}/corrections", at=page, files={"sheet": csv_of([line(1, employer=MARK.decode())])})
    assert [answer.status_code for answer in (added, corrected)] == [422, 422]
    assert all(FOUND in words(answer) for answer in (added, corrected))
    assert [facts["field"] for facts in on_record(guarded)] == ["photos", "sheet"]


def test_a_file_beyond_what_the_scanner_looks_through_is_not_taken(guarded: Workplace) -> None:
    desk = guarded.desk_of(CLERK)
    deep = photos_of([1], PORTRAIT)
    for _ in range(40):
        deep = archive(inner=deep)
    answer = send(desk, BATCHES, at=BATCHES, files={"sheet": csv_of([line(1)]), "photos": deep})
    assert answer.status_code == 422
    assert "too large, or packed too deeply" in words(answer)
    assert [facts["judgement"] for facts in on_record(guarded)] == ["beyond_limits"]


def test_while_the_scanner_is_away_no_file_is_taken_and_what_was_typed_stays(unanswered: Workplace) -> None:
    desk, before = unanswered.desk_of(CLERK), dict(unanswered.office.documents.contents)
    page = desk.get("/staff/entry/new").location
    files = {"photo_file": PORTRAIT, "evidence_file": PDF}
    answer = send(desk, page, at="/staff/entry", files=files, then="submit", **sheet(1))
    assert answer.status_code == 422
    assert words(answer).count(NOT_NOW) >= 2
    assert 'value="A00000001"' in desk.get(page).text
    batch = send(desk, BATCHES, at=BATCHES, files={"sheet": csv_of([line(1)])})
    assert batch.status_code == 422
    assert NOT_NOW in words(batch)
    assert "BAT-" not in words(desk.get(BATCHES))
    assert unanswered.office.documents.contents == before
    assert on_record(unanswered) == []


def test_a_form_without_a_file_needs_no_scanner(unanswered: Workplace) -> None:
    desk = unanswered.desk_of(CLERK)
    page = desk.get("/staff/entry/new").location
    assert send(desk, page, at="/staff/entry", files={}, then="keep", **sheet(1)).status_code == 303


def test_in_bengali_it_is_said_in_bengali(guarded: Workplace, unanswered: Workplace, address: str) -> None:
    for scanner, sentence in ((address, "ক্ষতিকর কিছু পেয়েছে"), (GONE, "এই মুহূর্তে তা দেখা যাচ্ছে না")):
        desk = guarded_by(guarded, scanner).desk_of(CLERK, language="bn")
        page = desk.get("/staff/entry/new").location
        answer = send(desk, page, at="/staff/entry", files={"evidence_file": PDF + MARK}, then="keep")
        assert sentence in words(answer)
        assert f"“{NAME}” ফাইলটি" in words(answer)
