"""The pages of oversight: who may open them, what they say, and that no look at a person goes unnoted."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from clearance.domain.findings import FindingKind, finding
from clearance.domain.oversight import LookupKind, OversightPolicy, Quota
from clearance.domain.staff import Officer, Role
from clearance.web.app import create_app
from clearance.web.staff.watching import OF_A_PERSON
from tests.fakes.office import APPROVER, NOW, TODAY, draft, officer
from tests.fakes.passkey import stored_passkey
from tests.integration.staff_pages import Desk, Workplace, open_workplace, words

ADMIN, AUDITOR = officer("AD-1", Role.ADMINISTRATOR), officer("AU-1", Role.AUDITOR)
PAGES = ("/staff/findings", "/staff/record", "/staff/look-ups", "/staff/statistics", "/staff/void")


class Signed(Workplace):
    """Signs everybody in once: an address has so many tries a minute."""

    def desk_of(self, officer: Officer, *, language: str = "en") -> Desk:
        signed: dict[tuple[str, str], Desk] = self.__dict__.setdefault("signed", {})
        key = (officer.number, language)
        if key not in signed:
            signed[key] = super().desk_of(officer, language=language)
        return signed[key]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    folder: Path = tmp_path_factory.mktemp("oversight")
    with open_workplace(folder) as made:
        with made.office.service.database.write() as work:
            for member in (ADMIN, AUDITOR):
                work.staff.add(member)
                work.factors.add_passkey(stored_passkey(member, at=NOW))
            work.oversight.findings.add(
                finding(FindingKind.SHARED_DEVICE, "b@2026-11-22", TODAY, device="b", officers="A-1, <b>A-2</b>"),
                at=NOW,
            )
            work.oversight.findings.add(
                finding(
                    FindingKind.OUT_OF_HOURS,
                    "A-1@2026-11-22",
                    TODAY,
                    officer="A-1",
                    count=79,
                    first="20:01",
                    last="23:59",
                ),
                at=NOW,
            )
            work.commit()
        made.office.issue(draft(1))
        yield Signed(office=made.office, app=made.app, options=made.options)


@pytest.mark.parametrize("page", PAGES)
def test_those_who_oversee_may_open_each_page(workplace: Workplace, page: str) -> None:
    assert workplace.desk_of(AUDITOR).get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES[:-1])
def test_nobody_else_may(workplace: Workplace, page: str) -> None:
    assert workplace.desk_of(APPROVER).get(page).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, "/staff/statistics?by=agency", "/staff/findings/1"])
def test_no_page_asks_for_what_the_content_policy_forbids(workplace: Workplace, page: str) -> None:
    text = workplace.desk_of(AUDITOR).get(page).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", text)


class TestFindings:
    def test_a_finding_says_what_does_not_add_up_in_the_readers_language(self, workplace: Workplace) -> None:
        english = workplace.desk_of(AUDITOR).get("/staff/findings")
        assert "Officer A-1 decided 79 times between 20:01 and 23:59." in words(english)
        assert "&lt;b&gt;A-2&lt;/b&gt;" in english.text
        bengali = words(workplace.desk_of(AUDITOR, language="bn").get("/staff/findings"))
        assert "৭৯টি সিদ্ধান্ত" in bengali

    def test_an_auditor_acknowledges_it_with_a_remark(self, workplace: Workplace) -> None:
        desk = workplace.desk_of(AUDITOR)
        page = "/staff/findings/1"
        empty = desk.post(page, at=page, remark=" ")
        assert empty.status_code == 422
        assert "This was not acknowledged" in words(empty)
        assert desk.post(page, at=page, remark="one laptop broke").status_code == 303
        assert "one laptop broke" in words(desk.get(page))
        assert "b@2026-11-22" not in words(desk.get("/staff/findings"))
        assert "b@2026-11-22" in words(desk.get("/staff/findings?show=all"))

    def test_an_administrator_only_looks(self, workplace: Workplace) -> None:
        desk = workplace.desk_of(ADMIN)
        assert "An auditor acknowledges findings." in words(desk.get("/staff/findings/2"))
        assert desk.post("/staff/findings/2", remark="fine").status_code == 403

    def test_one_that_does_not_exist_is_not_there(self, workplace: Workplace) -> None:
        assert workplace.desk_of(AUDITOR).get("/staff/findings/99").status_code == 404


class TestRecord:
    def test_entries_are_found_and_lead_to_their_case(self, workplace: Workplace) -> None:
        desk = workplace.desk_of(AUDITOR)
        found = desk.get("/staff/record?officer=A-1&act=application.approved&day=2026-11-22")
        assert re.search(r'href="/staff/cases/APP-\w{8}"', found.text)
        assert "No entry matches." in words(desk.get("/staff/record?day=2026-11-23"))

    def test_a_day_that_is_none_is_marked(self, workplace: Workplace) -> None:
        assert 'aria-invalid="true"' in workplace.desk_of(AUDITOR).get("/staff/record?day=yesterday").text

    def test_that_no_checkpoint_is_published_is_said_loudly(self, workplace: Workplace) -> None:
        assert "Check the record at once." in words(workplace.desk_of(AUDITOR).get("/staff/record"))


class TestLookUps:
    def test_a_look_at_a_case_and_a_search_are_noted_and_the_text_is_not(self, workplace: Workplace) -> None:
        desk = workplace.desk_of(APPROVER)
        reference = re.search(r"APP-\w{8}", desk.get("/staff/queue?state=issued").text)
        assert reference
        assert desk.get(f"/staff/cases/{reference[0]}").status_code == 200
        assert desk.get("/staff/queue?text=A00000001").status_code == 200
        page = words(workplace.desk_of(AUDITOR).get("/staff/look-ups?officer=A-1"))
        assert reference[0] in page
        assert "search:" in page
        assert "A00000001" not in page

    def test_who_looked_enough_is_told_so_and_sees_nothing(self, workplace: Workplace) -> None:
        service = replace(workplace.office.service, oversight=OversightPolicy(quota=Quota(an_hour=1, a_day=1)))
        options = workplace.options
        desk = Workplace(office=workplace.office, app=create_app(service, options), options=options).desk_of(
            officer("C-1", Role.CHECKER)
        )
        assert desk.get("/staff/queue?text=first").status_code == 200
        enough = desk.get("/staff/queue?text=second")
        assert enough.status_code == 429
        assert "as many persons as one officer may" in words(enough)
        assert desk.get("/staff/queue?text=first").status_code == 200
        record = words(workplace.desk_of(AUDITOR).get("/staff/record?act=lookups.used_up"))
        assert "C-1" in record

    def test_every_page_about_one_person_is_noted(self, workplace: Workplace) -> None:
        """A new page whose address names a case or a card must be put on the list."""
        about_a_person = {str(rule.endpoint) for rule in workplace.app.url_map.iter_rules() if _shows_a_person(rule)}
        assert about_a_person - set(OF_A_PERSON) == set()
        assert {kind for kind, _ in OF_A_PERSON.values()} <= set(LookupKind)


def _shows_a_person(rule: Rule) -> bool:
    named = {"reference", "clearance_no"} & set(rule.arguments)
    return rule.rule.startswith("/staff/") and "GET" in (rule.methods or ()) and bool(named)


class TestStatistics:
    def test_the_chart_stands_beside_a_table_that_says_the_same(self, workplace: Workplace) -> None:
        page = workplace.desk_of(AUDITOR, language="bn").get("/staff/statistics?by=destination")
        assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart"' in page.text
        assert 'aria-hidden="true"' in page.text
        assert "সৌদি আরব" in page.text
        assert "<tfoot>" in page.text

    def test_a_file_hides_small_counts(self, workplace: Workplace) -> None:
        file = workplace.desk_of(AUDITOR).get("/staff/statistics/2026-11/destination.csv")
        assert file.text.splitlines() == [
            "destination,issued,held,revoked,departed",
            "SAU,*,0,0,0",
            "total,*,0,0,0",
        ]

    @pytest.mark.parametrize(
        "query", ["by=nonsense", "from=x&to=y", "from=2026-12-01&to=2026-11-01", "from=1900-01-01"]
    )
    def test_nonsense_shows_something_sensible(self, workplace: Workplace, query: str) -> None:
        assert workplace.desk_of(AUDITOR).get(f"/staff/statistics?{query}").status_code == 200
        assert workplace.desk_of(AUDITOR).get("/staff/statistics/november/day.csv").status_code == 302


class TestVoid:
    def test_an_account_is_voided_by_two_officers(self, workplace: Workplace) -> None:
        card = workplace.office.issue(draft(7))
        admin, page = workplace.desk_of(ADMIN), "/staff/void/preview?target=I-1&since=2026-11-22T08:00"
        preview = admin.get(page)
        assert re.search(r"Card cancelled \d", words(preview))
        form = {"target": "I-1", "since": "2026-11-22T08:00", "reason": "sold"}
        unconfirmed = admin.post("/staff/void", at=page, confirmation="I-2", **form)
        assert unconfirmed.status_code == 422
        assert "to confirm" in words(unconfirmed)
        ordered = admin.post("/staff/void", at=page, confirmation="I-1", **form)
        assert ordered.status_code == 303
        where = ordered.headers["Location"]
        assert admin.post(f"{where}/consent", at=where, confirmation="I-1").status_code == 422
        auditor = workplace.desk_of(AUDITOR)
        assert auditor.post(f"{where}/consent", at=where, confirmation="").status_code == 422
        assert auditor.post(f"{where}/consent", at=where, confirmation="I-1").status_code == 303
        assert "the account is blocked" in words(auditor.get(where))
        assert workplace.clearance(card.clearance_no).revocation is not None
        assert auditor.post(f"{where}/carry-on", at="/staff/findings/2").status_code == 303

    @pytest.mark.parametrize("query", ["target=Z-9&since=2026-11-22T08:00", "target=A-1&since=soon", ""])
    def test_what_is_wrong_is_said_at_its_field(self, workplace: Workplace, query: str) -> None:
        answer = workplace.desk_of(ADMIN).get(f"/staff/void/preview?{query}")
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text

    def test_an_auditor_cannot_order(self, workplace: Workplace) -> None:
        assert workplace.desk_of(AUDITOR).get("/staff/void/preview").status_code == 403
