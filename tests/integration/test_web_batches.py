"""Batches over HTTP: upload, dry run, rows to fix and back, orders with a fresh second factor, and hostile files."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clearance.domain.staff import Role
from clearance.issuing.rows import COLUMNS
from clearance.issuing.sheet import REASONS, ROW
from clearance.web.wording_batches import column_text
from clearance_templates.i18n import translator
from tests.fakes.batch_files import csv_of, line, photos_of, work_off
from tests.fakes.office import AGENCY_CLERK, APPROVER, CHECKER, CLERK, ISSUER, NOW, officer
from tests.fakes.outside import PORTRAIT
from tests.fakes.passkey import stored_passkey
from tests.integration.staff_pages import SITE, Desk, Workplace, open_workplace, words

BATCHES = "/staff/batches"
AUDITOR = officer("Z-1", Role.AUDITOR)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def send_files(
    desk: Desk, path: str, *, at: str = BATCHES, photos: bytes | None = None, **files: bytes
) -> TestResponse:
    form: list[tuple[str, object]] = [("csrf_token", desk.token(at))]
    form += [(name, (io.BytesIO(content), f"{name}.csv")) for name, content in files.items()]
    form += [("photos", (io.BytesIO(photos), "photos.zip"))] if photos else []
    return desk.client.post(
        path,
        base_url=SITE,
        data=MultiDict(form),
        environ_base={"REMOTE_ADDR": desk.address, "HTTP_USER_AGENT": desk.agent},
    )


def upload(workplace: Workplace, desk: Desk, content: bytes, *, photos: range = range(30)) -> str:
    """The address of the batch, its dry run done."""
    answer = send_files(desk, BATCHES, sheet=content, photos=photos_of(photos, PORTRAIT))
    assert answer.status_code == 303, words(answer)
    work_off(workplace.office.service)
    return answer.location


def test_a_list_goes_from_upload_to_cards(workplace: Workplace) -> None:
    clerk = workplace.desk_of(CLERK)
    page = upload(workplace, clerk, csv_of([line(1), line(2, sex="?"), line(3)]))
    shown = words(clerk.get(page))
    assert "2 rows accepted, 1 need work. Nothing is lost; fix and upload again." in shown
    assert clerk.post(f"{page}/order", at=page, step="submit", all="yes").status_code == 303
    work_off(workplace.office.service)
    for member, step in ((CHECKER, "check"), (APPROVER, "approve"), (ISSUER, "issue")):
        desk = workplace.desk_of(member)
        listed = desk.get(f"{page}/work/{step}")
        assert "MD. RAHIM UDDIN" in words(listed)
        assert desk.post(f"{page}/order", at=f"{page}/work/{step}", step=step, all="yes").status_code == 303
        work_off(workplace.office.service)
    assert "Issued 2" in words(clerk.get(page))


def test_rows_to_fix_come_with_reasons_in_both_languages_and_go_back_alone(workplace: Workplace) -> None:
    clerk = workplace.desk_of(CLERK)
    page = upload(workplace, clerk, csv_of([line(1), line(2, visa_expires_on="2027-02-31"), line(3)]))
    assert clerk.get(f"{page}/to-fix.xlsx").data.startswith(b"PK")
    [header, row] = csv.reader(io.StringIO(clerk.get(f"{page}/to-fix.csv").data.decode("utf-8-sig")))
    assert header == [column_text(name, translator("en")) for name in (ROW, *COLUMNS, *REASONS)]
    assert row[0] == "3"
    assert "Visa valid until" in row[-1]
    assert "ভিসার মেয়াদ" in row[-2]
    row[header.index("Visa valid until")] = "৩১/০৩/২০২৭"
    out = io.StringIO()
    csv.writer(out).writerows([header, row])
    corrections = out.getvalue().encode("utf-8-sig")
    assert send_files(clerk, f"{page}/corrections", at=page, sheet=corrections).status_code == 303
    work_off(workplace.office.service)
    assert "All 3 rows are accepted." in words(clerk.get(page))


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_sent_as_it_comes(workplace: Workplace, kind: str, language: str) -> None:
    clerk = workplace.desk_of(CLERK, language=language)
    template = clerk.get(f"{BATCHES}/template.{kind}")
    assert template.headers["Content-Disposition"] == f"attachment; filename=workers.{kind}"
    answer = send_files(clerk, BATCHES, sheet=template.data)
    assert answer.status_code == 303, words(answer)


def test_a_file_that_is_none_is_refused_with_what_to_do(workplace: Workplace) -> None:
    clerk = workplace.desk_of(CLERK)
    for content, sentence in (
        (b"", "The file has no rows."),
        (b"a,b\n1,2\n", "These columns are missing"),
        (b"PK\x03\x04 no archive", "cannot be read as a workbook"),
        (csv_of([line(1)]).replace(b"MD", b"\xff\xfe\xfd"), "is not text"),
    ):
        answer = send_files(clerk, BATCHES, sheet=content)
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert "<title>Error: Batches" in answer.text
    assert "Choose the list of workers first." in words(send_files(clerk, BATCHES))
    assert "not a ZIP file" in words(send_files(clerk, BATCHES, sheet=csv_of([line(1)]), photos=b"no archive"))


def test_only_those_who_enter_cases_upload(workplace: Workplace) -> None:
    checker = workplace.desk_of(CHECKER)
    assert "Upload a list" not in words(checker.get(BATCHES))
    answer = send_files(checker, BATCHES, at="/staff/cards", sheet=csv_of([line(1)]))
    assert answer.status_code == 403
    assert "does not have the role" in words(answer)


def test_an_agency_sees_its_own_batches_only(workplace: Workplace) -> None:
    page = upload(workplace, workplace.desk_of(CLERK), csv_of([line(1)]))
    agency = workplace.desk_of(AGENCY_CLERK)
    assert agency.get(page).status_code == 404
    assert "There is no batch yet." in words(agency.get(BATCHES))
    assert agency.get(f"{page}/to-fix.csv").status_code == 404
    own = upload(workplace, agency, csv_of([line(2)]))
    assert "All 1 rows are accepted." in words(agency.get(own))


def test_issuing_many_asks_for_a_fresh_second_factor_once(workplace: Workplace) -> None:
    clerk = workplace.desk_of(CLERK)
    page = upload(workplace, clerk, csv_of([line(1), line(2)]))
    clerk.post(f"{page}/order", at=page, step="submit", all="yes")
    work_off(workplace.office.service)
    checker = workplace.desk_of(CHECKER)
    workplace.office.clock.advance(minutes=11)
    work = f"{page}/work/check"
    asked = checker.post(f"{page}/order", at=work, step="check", all="yes")
    assert asked.status_code == 403
    answer = checker.show_passkey(asked, CHECKER)
    assert answer.status_code == 303
    work_off(workplace.office.service)
    assert "Checked 2" in words(checker.get(page))


def test_a_run_can_be_paused_by_anybody_who_sees_it(workplace: Workplace) -> None:
    clerk = workplace.desk_of(CLERK)
    page = upload(workplace, clerk, csv_of([line(1), line(2)]))
    clerk.post(f"{page}/order", at=page, step="submit", all="yes")
    run = clerk.get(page).text.partition("/runs/")[2].partition("/")[0]
    assert 'http-equiv="refresh"' in clerk.get(page).text
    clerk.post(f"{page}/runs/{run}/pause", at=page)
    assert work_off(workplace.office.service) == 0
    shown = clerk.get(page)
    assert "Paused" in words(shown)
    assert 'http-equiv="refresh"' not in shown.text
    clerk.post(f"{page}/runs/{run}/resume", at=page)
    work_off(workplace.office.service)
    assert "Submitted 2" in words(clerk.get(page))


def test_auditors_may_look_and_change_nothing(workplace: Workplace) -> None:
    page = upload(workplace, workplace.desk_of(CLERK), csv_of([line(1), line(2, sex="?")]))
    with workplace.office.service.database.write() as work:
        work.staff.add(AUDITOR)
        work.factors.add_passkey(stored_passkey(AUDITOR, at=NOW))
        work.commit()
    auditor = workplace.desk_of(AUDITOR)
    assert "Upload corrected rows" not in words(auditor.get(page))
    assert auditor.post(f"{page}/read-again", at=page).status_code == 403
    assert auditor.post(f"{page}/order", at=page, step="submit", all="yes").status_code == 403


def test_a_formula_in_a_cell_stays_a_text(workplace: Workplace) -> None:
    clerk = workplace.desk_of(CLERK)
    page = upload(
        workplace, clerk, csv_of([line(1, employer='=HYPERLINK("http://x")', sex="?", mobile="+8801712345678")])
    )
    [_, row] = csv.reader(io.StringIO(clerk.get(f"{page}/to-fix.csv").data.decode("utf-8-sig")))
    assert row[1 + COLUMNS.index("employer")] == '\'=HYPERLINK("http://x")'
    row[1 + COLUMNS.index("sex")] = "male"
    out = io.StringIO()
    csv.writer(out).writerows([(ROW, *COLUMNS, *REASONS), row])
    assert send_files(clerk, f"{page}/corrections", at=page, sheet=out.getvalue().encode()).status_code == 303
    work_off(workplace.office.service)
    with workplace.office.service.database.read() as work:
        stored = work.batches.row(page.rpartition("/")[2], 2)
    assert stored
    assert (stored.texts["employer"], stored.texts["mobile"]) == ('=HYPERLINK("http://x")', "+8801712345678")
    assert "<script" not in clerk.get(page).text.partition("<main")[2]


def test_a_large_form_is_refused_before_it_is_read_where_nobody_is_signed_in(workplace: Workplace) -> None:
    stranger = Desk(workplace.app)
    answer = send_files(stranger, BATCHES, at="/staff/sign-in", sheet=b"x" * 100_000)
    assert answer.status_code == 413
