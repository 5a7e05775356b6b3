"""Files that come without a page, from programs and on the command line, are looked through as well."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.cli.batch_row import Outcome, process
from clearance.domain.client import ClientScope
from clearance.issuing.batch import Officers
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.rows import COLUMNS
from clearance.issuing.scanning import UploadRefused
from clearance.issuing.sheet import SheetRow
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from clearance_templates.i18n import translator
from tests.fakes.batch_files import line
from tests.fakes.office import APPROVER, CHECKER, CLERK, ISSUER, OfficeAtWork, open_office
from tests.fakes.outside import PORTRAIT
from tests.fakes.scanner import MARK, FakeScanner
from tests.integration.api.programs import Program, problem, program, said


@pytest.fixture
def scanner() -> FakeScanner:
    return FakeScanner()


@pytest.fixture
def office(scanner: FakeScanner) -> OfficeAtWork:
    office = open_office()
    office.service = replace(office.service, scanner=scanner)
    return office


@pytest.fixture
def agency(office: OfficeAtWork, tmp_path: Path) -> Program:
    options = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=tmp_path)
    app = create_app(office.service, options)
    return program(office, app, ClientScope.SUBMIT)


def test_a_harmful_photo_is_a_fault_of_its_field_and_stays_one(agency: Program) -> None:
    photo = base64.b64encode(PORTRAIT + MARK).decode()
    answer = agency.submit(1, photo=photo, key="one")
    assert problem(answer) == "invalid"
    assert [(error["field"], error["code"]) for error in said(answer)["errors"]] == [("photo", "infected")]
    assert agency.submit(1, photo=photo, key="one").data == answer.data


def test_while_no_judgement_is_to_be_had_a_program_is_asked_to_come_again_with_the_same_key(
    agency: Program, scanner: FakeScanner
) -> None:
    scanner.away = True
    answer = agency.submit(1, key="one")
    assert problem(answer) == "busy"
    assert answer.headers["Retry-After"] == "60"
    scanner.away = False
    assert agency.submit(1, key="one").status_code == 201


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.jpg").write_bytes(PORTRAIT)
    (tmp_path / "bad.jpg").write_bytes(PORTRAIT + MARK)
    return tmp_path


def run(office: OfficeAtWork, folder: Path, photo: str) -> tuple[Outcome, tuple[str, ...]]:
    four = Officers(entry=CLERK, checker=CHECKER, approver=APPROVER, issuer=ISSUER)
    texts = {name: text for name, text in line(1, photo=photo).items() if name in COLUMNS}
    row = SheetRow(number=2, texts=texts, too_wide=False)
    result = process(office.service, row, folder=folder, officers=four, t=translator("en"))
    return result.outcome, result.reasons


def test_a_row_with_a_harmful_photo_is_refused_in_words(office: OfficeAtWork, folder: Path) -> None:
    outcome, reasons = run(office, folder, "bad.jpg")
    assert outcome is Outcome.REFUSED
    assert any(reason.startswith("The file “bad.jpg” was not taken") for reason in reasons)


def test_while_no_judgement_is_to_be_had_the_whole_file_waits(
    office: OfficeAtWork, scanner: FakeScanner, folder: Path
) -> None:
    scanner.away = True
    with pytest.raises(UploadRefused):
        run(office, folder, "good.jpg")
    scanner.away = False
    assert run(office, folder, "good.jpg")[0] is Outcome.ISSUED
