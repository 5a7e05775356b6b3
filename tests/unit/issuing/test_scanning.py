"""What becomes of a file by what a scanner says of it, or does not say."""

from dataclasses import replace

import pytest

from clearance.domain.audit import AuditAct
from clearance.issuing.fields import FaultKind
from clearance.issuing.scanning import MAX_NAME, UploadRefused, look_through
from tests.fakes.office import CLERK, DEVICE, OfficeAtWork, open_office
from tests.fakes.scanner import MARK, FakeScanner


@pytest.fixture
def scanner() -> FakeScanner:
    return FakeScanner()


@pytest.fixture
def office(scanner: FakeScanner) -> OfficeAtWork:
    office = open_office()
    office.service = replace(office.service, scanner=scanner)
    return office


def look(office: OfficeAtWork, content: bytes, *, name: str = "visa.pdf") -> bytes:
    return look_through(office.service, content, name=name, field="photo", officer=CLERK, device=DEVICE)


def refused(office: OfficeAtWork, content: bytes, *, name: str = "visa.pdf") -> UploadRefused:
    with pytest.raises(UploadRefused) as caught:
        look(office, content, name=name)
    return caught.value


def on_record(office: OfficeAtWork) -> int:
    with office.service.database.read() as work:
        return sum(entry.act == AuditAct.UPLOAD_REFUSED for entry in work.audit.entries(subject=CLERK.number))


def test_what_is_clean_comes_back_as_it_came(office: OfficeAtWork, scanner: FakeScanner) -> None:
    assert look(office, b"clean") == b"clean"
    assert scanner.seen == [b"clean"]
    assert on_record(office) == 0


def test_an_office_without_a_scanner_takes_files_as_they_are() -> None:
    assert look(open_office(), MARK) == MARK


@pytest.mark.parametrize(
    ("content", "away", "kind", "entries"),
    [
        (MARK, False, FaultKind.INFECTED, 1),
        (bytes(3 << 20), False, FaultKind.NOT_SCANNED_WHOLE, 1),
        (b"clean", True, FaultKind.NOT_SCANNED, 0),
    ],
    ids=["harmful", "beyond limits", "no judgement"],
)
def test_anything_but_clean_is_refused_and_findings_are_on_record(
    office: OfficeAtWork, scanner: FakeScanner, content: bytes, away: bool, kind: FaultKind, entries: int
) -> None:
    scanner.away = away
    fault = refused(office, content).fault
    assert (fault.kind, fault.field, fault.details) == (kind, "photo", {"text": "visa.pdf"})
    assert on_record(office) == entries


def test_of_a_senders_name_no_more_than_a_line_of_letters_is_shown(office: OfficeAtWork) -> None:
    name = "ভিসা\x1b[2J\u202e" + "a" * 500 + ".pdf"
    shown = str(refused(office, MARK, name=name).fault.details["text"])
    assert len(shown) == MAX_NAME
    assert shown.endswith("aaa.pdf")
    assert refused(office, MARK, name="ভিসা\x1b\n\u202e.pdf").fault.details == {"text": "ভিসা.pdf"}
