"""`clearance rules` and `clearance permit`: a file out, changed, in again; and two officers for each change."""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.domain.proposal import ProposalState
from clearance.domain.staff import Officer
from clearance.issuing.rules import rule_book, rule_rows
from clearance.issuing.service import Service
from tests.fakes.codes import codes_for
from tests.fakes.office import APPROVER, CHECKER, EVERYTHING, PASSWORD, PERMIT, OfficeAtWork, draft, open_office


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office()


def run(office: OfficeAtWork, *command: object, by: Officer | None = None, language: str = "en") -> Result:
    @contextmanager
    def opener(_home: Path) -> Iterator[Service]:
        yield office.service

    environment: Mapping[str, str] = {"LC_ALL": "C.UTF-8", "COLUMNS": "200"}
    whole = [str(part) for part in command]
    if by is not None:
        password = {"CLEARANCE_PASSWORD_" + by.username.upper().replace("-", "_"): PASSWORD}
        environment = {**environment, **password, **codes_for(office.service, by)}
        whole += ["--officer", by.username]
    return CliRunner(env=environment).invoke(main, [*whole, "--home", "x", "--lang", language], obj=opener)


def exported(office: OfficeAtWork) -> list[dict[str, str]]:
    result = run(office, "rules", "export")
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.output.removeprefix("\ufeff"))))


def written(rows: list[dict[str, str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def changed(office: OfficeAtWork, path: Path, **cells: str) -> Path:
    rows = exported(office)
    [row] = [row for row in rows if (row["destination"], row["sex"], row["visa"]) == ("SAU", "male", "single")]
    row.update(starts_on=office.service.today().isoformat(), **cells)
    return written(rows, path)


def test_the_list_shows_what_governs_in_the_language_of_the_terminal(office: OfficeAtWork) -> None:
    assert "Saudi Arabia, men, single visa" in run(office, "rules", "list").output
    assert "সৌদি আরব, পুরুষ, একক ভিসা" in run(office, "rules", "list", "--all", language="bn").output


def test_a_file_that_was_not_changed_proposes_nothing(office: OfficeAtWork, tmp_path: Path) -> None:
    same = written(exported(office), tmp_path / "rules.csv")
    result = run(office, "rules", "import", same, by=EVERYTHING)
    assert (result.exit_code, result.output.strip()) == (0, "Nothing differs from what governs now.")


def test_a_changed_row_is_proposed_and_another_officer_consents(office: OfficeAtWork, tmp_path: Path) -> None:
    file = changed(office, tmp_path / "rules.csv", minimum_age="21", circular_no="Circular 12/2026")
    proposed = run(office, "rules", "import", file, "--reason", "Circular", by=EVERYTHING)
    assert proposed.exit_code == 0, proposed.output
    assert "version 46: Saudi Arabia, men, single visa" in proposed.output
    assert rule_book(office.service).get(46) is None
    own = run(office, "rules", "settle", "consent", 46, by=EVERYTHING)
    assert own.exit_code == 1
    assert "another officer" in own.output
    other = run(office, "rules", "settle", "consent", 46, by=APPROVER)
    assert other.exit_code == 0, other.output
    governing = rule_book(office.service).get(46)
    assert governing is not None
    assert governing.terms.minimum_age == 21


def test_a_file_with_faults_proposes_nothing_and_names_the_lines(office: OfficeAtWork, tmp_path: Path) -> None:
    result = run(office, "rules", "import", changed(office, tmp_path / "rules.csv", minimum_age="x"), by=EVERYTHING)
    assert result.exit_code == 65
    assert "Least age" in result.output
    assert all(row.version.state is ProposalState.CONSENTED for row in rule_rows(office.service))


def test_a_version_that_is_not_there_is_said(office: OfficeAtWork) -> None:
    assert run(office, "rules", "settle", "consent", 999, by=APPROVER).exit_code == 65


def test_an_export_goes_into_a_file(office: OfficeAtWork, tmp_path: Path) -> None:
    assert run(office, "rules", "export", "--output", tmp_path / "rules.csv").exit_code == 0
    assert (tmp_path / "rules.csv").read_bytes().startswith(b"\xef\xbb\xbfreplaces,")


class TestPermit:
    def test_the_list_shows_budgets_and_says_by_its_exit_status_that_all_is_well(self, office: OfficeAtWork) -> None:
        office.issue(draft(1))
        result = run(office, "permit", "list", by=APPROVER)
        assert result.exit_code == 0, result.output
        assert PERMIT.number in result.output

    def test_places_are_proposed_and_consented_to_by_two(self, office: OfficeAtWork) -> None:
        asked = ("permit", "places", PERMIT.number, 40, "--letter", "EXP-12", "--reason", "Letter of 20 November")
        assert run(office, *asked, by=CHECKER).exit_code == 1
        proposed = run(office, *asked, by=EVERYTHING)
        assert proposed.exit_code == 0, proposed.output
        assert run(office, "permit", "settle", "consent", 1, by=EVERYTHING).exit_code == 1
        assert run(office, "permit", "settle", "consent", 1, by=APPROVER, language="bn").exit_code == 0
        with office.service.database.read() as work:
            permit = work.permits.get(PERMIT.number)
        assert permit is not None
        assert permit.places == 40

    def test_a_permit_or_change_that_is_not_there_is_said(self, office: OfficeAtWork) -> None:
        asked = ("permit", "places", "EA-NONE", 40, "--letter", "EXP-12", "--reason", "x")
        assert run(office, *asked, by=EVERYTHING).exit_code == 65
        assert run(office, "permit", "settle", "consent", 9, by=APPROVER).exit_code == 65
