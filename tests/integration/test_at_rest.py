"""What lies on the disk of an office at work: nothing of what is personal and never searched can be read in it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clearance.domain.application import Application
from clearance.domain.batch import Batch
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.correction import About, CorrectionRequest
from clearance.domain.findings import FindingKind
from clearance.domain.lifecycle import Move
from clearance.domain.person import NextOfKin
from clearance.domain.retention import Kept
from clearance.issuing import entry
from clearance.issuing.ports import BatchRow, EntryForm
from clearance.issuing.reconcile import reconcile
from clearance.issuing.request import request_card
from clearance.issuing.retention import keep_terms
from clearance.issuing.revoke import revoke
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.installation import Installation, installation, snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, NOW, TODAY, decide, draft, expect

PLANTED = {
    "kin": NextOfKin(name="Kadambini Planted", relation="planted-aunt", phone="+8801711111111"),
    "mobile": "+8801722222222",
    "email": "planted@example.test",
    "employer": "PLANTED TOWER CO",
    "salary": "SAR 98,765",
    "reason": "planted: the father called",
    "remark": "planted: seen at the mosque",
    "request": "planted: my name is wrong",
    "typed": "planted typed name",
    "row": "planted row name",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("office")) as made:
        work(made)
        yield made


def work(office: Installation) -> None:
    """A card issued and held, one revoked, a request, a form begun, a batch uploaded."""
    held, revoked = issue(office, 0), issue(office, 1)
    with office.service.database.read() as reading:
        case = reading.applications.get(held.application_reference)
    assert case is not None
    said = {"officer": ISSUER, "device": DEVICE}
    expect(
        move_with_reason(
            office.service, case.reference, Move.HOLD, version=case.version, reason=PLANTED["reason"], **said
        )
    )  # type: ignore[arg-type]
    reason = RevocationReason.VISA_CANCELLED
    expect(revoke(office.service, revoked.clearance_no, reason=reason, remark=PLANTED["remark"], **said))  # type: ignore[arg-type]
    with office.service.database.write() as writing:
        writing.correction_requests.add(request(case))
        writing.forms.save(
            EntryForm(number="FORM-1", officer_no="E-1", saved_at=NOW, texts={"name_en": str(PLANTED["typed"])})
        )
        batch = Batch(
            number="B-1",
            file_name="planted-names.xlsx",
            file_sha256="0" * 64,
            licence_no=None,
            office_code="BMET",
            uploaded_by="E-1",
            uploaded_at=NOW,
            rows=1,
        )
        writing.batches.add(batch, [BatchRow(batch_no="B-1", number=2, texts={"name_en": str(PLANTED["row"])})])
        writing.commit()


def issue(office: Installation, index: int) -> Clearance:
    case = draft(index)
    worker = replace(case.worker, mobile=PLANTED["mobile"], email=PLANTED["email"])  # type: ignore[arg-type]
    job = replace(case.job, employer=PLANTED["employer"], salary=PLANTED["salary"])  # type: ignore[arg-type]
    wanted = replace(case, worker=worker, job=job, next_of_kin=PLANTED["kin"])  # type: ignore[arg-type]
    wanted = entry.with_portrait(office.service, wanted, office.service.prepare_photo(snapshot()))
    approved = decide(office.service, expect(entry.enter(office.service, wanted, officer=CLERK, device=DEVICE)))
    return expect(request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE))


def request(case: Application) -> CorrectionRequest:
    return CorrectionRequest(
        reference="REQ-7K2M9QXA",
        form_id="form-1",
        passport_no="A00000000",
        birth_date=date(1995, 3, 14),
        application_reference=case.reference,
        office_code="BMET",
        about=About.NAME,
        text=str(PLANTED["request"]),
        phone="+8801733333333",
        slip_code=None,
        opened_at=NOW,
    )


def on_disk(home: Path) -> bytes:
    """Every byte of the database, its write-ahead log and the documents."""
    lying = [*home.glob("clearance.db*"), *(path for path in (home / "documents").rglob("*") if path.is_file())]
    return b"\0".join(path.read_bytes() for path in lying)


def test_nothing_sealed_can_be_read_on_the_disk(office: Installation) -> None:
    everything = on_disk(office.home)
    words = [str(word) for word in PLANTED.values() if isinstance(word, str)]
    words += ["Kadambini", "planted-aunt", "+8801711111111", "+8801733333333", "planted-names", "planted"]
    assert [word for word in words if word.encode() in everything] == []
    assert b"%PDF" not in everything
    assert b"\xff\xd8\xff\xe0" not in everything


def test_what_is_searched_lies_there_plain_as_the_pages_on_privacy_say(office: Installation) -> None:
    everything = on_disk(office.home)
    assert b"RAHIM UDDIN" in everything
    assert b"A00000000" in everything


def test_the_key_is_not_in_the_database_nor_beside_the_documents(office: Installation) -> None:
    assert (office.home / "records.key").read_bytes().strip() not in on_disk(office.home)


def test_the_record_of_acts_holds_nothing_of_the_person(office: Installation) -> None:
    connection = sqlite3.connect(office.home / "clearance.db")
    try:
        log = "\n".join("|".join(map(str, row)) for row in connection.execute("SELECT * FROM audit_log"))
    finally:
        connection.close()
    assert log.count("\n") > 10
    for word in ("RAHIM", "রহিম", "A0000000", "BIDN", "1995-03-14", "planted", "PLANTED", "+88017"):
        assert word not in log


def test_the_nightly_report_believes_a_redaction_that_is_on_record_and_no_other(office: Installation) -> None:
    at = NOW + timedelta(days=5_000)
    before = {found.kind for found in reconcile(office.service, TODAY).found}
    gone = keep_terms(office.service, at)
    assert gone[Kept.CLEARED.value] == 1  # the other is held
    assert {found.kind for found in reconcile(office.service, TODAY + timedelta(days=1)).found} <= before
    insider = sqlite3.connect(office.home / "clearance.db", isolation_level=None)
    insider.execute("UPDATE applications SET redacted_on = '2040-01-01', name_en = '-' WHERE redacted_on IS NULL")
    insider.close()
    found = reconcile(office.service, TODAY + timedelta(days=2)).found
    assert FindingKind.CARD_DIFFERS in {each.kind for each in found}


def test_the_photo_and_the_card_go_after_their_time_of_grace_and_never_a_card_in_force(office: Installation) -> None:
    files = {path for path in (office.home / "documents").rglob("*") if path.is_file()}
    gone = keep_terms(office.service, NOW + timedelta(days=5_100))
    left = {path for path in (office.home / "documents").rglob("*") if path.is_file()}
    assert gone["documents"] == len(files) - len(left)
    assert gone["documents"] >= 1
    with office.service.database.read() as reading:
        for case in reading.applications.of_person("A00000000", birth_date=None):
            card = reading.clearances.for_application(case.reference)
            assert card is None or office.service.documents.get(card.pdf_sha256)
        assert reading.audit.verify().faults == ()
