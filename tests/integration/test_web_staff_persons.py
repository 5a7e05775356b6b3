"""A person's data at the staff pages: given out whole, kept for an investigation, erased by two and by nobody alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.person import NextOfKin
from clearance.domain.staff import Role
from tests.fakes.office import APPROVER, ISSUER, NOW, draft, officer
from tests.fakes.passkey import stored_passkey
from tests.integration.staff_pages import Desk, Workplace, open_workplace, words

ADMIN, SECOND = officer("AD-1", Role.ADMINISTRATOR), officer("AD-2", Role.ADMINISTRATOR)
DISTRICT_ADMIN = officer("AD-3", Role.ADMINISTRATOR, office_code="DEMO-RNG")
KIN = NextOfKin(name="Rahima Khatun", relation="mother", phone="+8801712345678")
PERSONAL = ("RAHIM", "Rahima", "+8801712345678", "A00000000", "রহিম")


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as made:
        with made.office.service.database.write() as work:
            for member in (ADMIN, SECOND, DISTRICT_ADMIN):
                work.staff.add(member)
                work.factors.add_passkey(stored_passkey(member, at=NOW))
            work.commit()
        yield made


@pytest.fixture
def over(workplace: Workplace) -> Application:
    """A case whose card has run out, years ago."""
    card = workplace.office.issue(replace(draft(0), next_of_kin=KIN))
    workplace.office.clock.at += timedelta(days=2_000)
    return workplace.office.stored(card.application_reference)


def order(desk: Desk, reference: str, **form: str) -> str:
    """An erasure ordered; the address of the order."""
    page = f"/staff/persons/{reference}"
    told = {"basis": "asked_by_person", "reason": "Letter of 3 May", "confirmation": reference, **form}
    answer = desk.post(f"{page}/erasure", at=page, **told)
    assert answer.status_code == 303, words(answer)
    return str(answer.location)


def acts(workplace: Workplace) -> list[str]:
    with workplace.office.service.database.read() as work:
        return [link.entry.act for link in work.audit.links()]


def test_everything_about_a_person_is_given_out_in_two_languages(workplace: Workplace, over: Application) -> None:
    desk = workplace.desk_of(ADMIN)
    page = f"/staff/persons/{over.reference}"
    assert page in desk.get(f"/staff/cases/{over.reference}").text
    answer = desk.post(f"{page}/file", at=page)
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert "no-store" in answer.headers["Cache-Control"]
    archive = ZipFile(BytesIO(answer.data))
    rows = json.loads(archive.read("data.json"))
    assert rows["applications"][0]["kin_name"] == "Rahima Khatun"
    assert rows["clearances"][0]["passport_no"] == "A00000000"
    assert any(row["kind"] == "person" for row in rows["lookups"])
    assert "সব" in archive.read("read-me.bn.txt").decode()
    assert "Rahima Khatun" in archive.read("read-me.en.txt").decode()
    names = {name for name in archive.namelist() if name.startswith("documents/")}
    assert any(name.endswith(".pdf") or len(name) == 74 for name in names)
    assert AuditAct.PERSON_EXPORTED in acts(workplace)


@pytest.mark.parametrize("member", [APPROVER, ISSUER])
def test_the_page_is_for_administrators(workplace: Workplace, over: Application, member: object) -> None:
    assert workplace.desk_of(member).get(f"/staff/persons/{over.reference}").status_code == 403  # type: ignore[arg-type]


def test_an_administrator_of_a_district_gives_nothing_out(workplace: Workplace, over: Application) -> None:
    desk = workplace.desk_of(DISTRICT_ADMIN)
    page = f"/staff/persons/{over.reference}"
    assert "Give out the file" not in words(desk.get(page))
    answer = desk.send(f"{page}/file", csrf_token=desk.token("/staff/account"))
    assert answer.status_code == 422
    assert AuditAct.PERSON_EXPORTED not in acts(workplace)


def test_two_officers_erase_a_person_and_nobody_alone(workplace: Workplace, over: Application) -> None:
    desk = workplace.desk_of(ADMIN)
    address = order(desk, over.reference)
    number = address.rpartition("/")[2]
    alone = desk.send(f"{address}/consent", csrf_token=desk.token("/staff/account"), confirmation=number)
    assert alone.status_code == 422
    assert workplace.office.stored(over.reference) == over
    second = workplace.desk_of(SECOND)
    assert number in second.get("/staff/erasures").text
    unconfirmed = second.post(f"{address}/consent", at=address, confirmation="yes")
    assert unconfirmed.status_code == 422
    done = second.post(f"{address}/consent", at=address, confirmation=number)
    assert done.status_code == 303
    left = workplace.office.stored(over.reference)
    assert not any(word in f"{left}" for word in PERSONAL)
    page = second.get(f"/staff/cases/{over.reference}")
    assert "The person was taken out of this case" in words(page)
    assert not any(word in page.text for word in PERSONAL)
    assert second.get(f"/staff/persons/{over.reference}").status_code == 200
    assert {AuditAct.ERASURE_ORDERED, AuditAct.ERASURE_CONSENTED} <= set(acts(workplace))


def test_nobody_is_erased_while_the_card_is_in_force(workplace: Workplace) -> None:
    card = workplace.office.issue()
    desk = workplace.desk_of(ADMIN)
    page = f"/staff/persons/{card.application_reference}"
    assert "is in force" in words(desk.get(page))
    refused = desk.send(
        f"{page}/erasure",
        csrf_token=desk.token(page),
        basis="court_order",
        reason="x",
        confirmation=card.application_reference,
    )
    assert refused.status_code == 422
    assert "Order it" not in words(refused)


def test_an_investigation_keeps_a_case_even_after_the_order(workplace: Workplace, over: Application) -> None:
    desk, second = workplace.desk_of(ADMIN), workplace.desk_of(SECOND)
    address = order(desk, over.reference)
    page = f"/staff/persons/{over.reference}"
    assert desk.post(f"{page}/investigation", at=page, hold_reason=" ").status_code == 422
    assert desk.post(f"{page}/investigation", at=page, hold_reason="ACC file 12").status_code == 303
    assert desk.send(f"{page}/investigation", csrf_token=desk.token(page), hold_reason="again").status_code == 303
    refused = second.send(
        f"{address}/consent", csrf_token=second.token("/staff/account"), confirmation=address.rpartition("/")[2]
    )
    assert refused.status_code == 422
    assert "is kept for an investigation" in words(refused)
    assert desk.post(f"{page}/investigation/end", at=page).status_code == 303
    assert second.post(f"{address}/consent", at=address, confirmation=address.rpartition("/")[2]).status_code == 303


def test_an_order_can_be_withdrawn_and_waits_only_once(workplace: Workplace, over: Application) -> None:
    desk = workplace.desk_of(ADMIN)
    address = order(desk, over.reference)
    page = f"/staff/persons/{over.reference}"
    twice = desk.send(
        f"{page}/erasure",
        csrf_token=desk.token(address),
        basis="court_order",
        reason="x",
        confirmation=over.reference,
    )
    assert twice.status_code == 303
    assert twice.location == page
    assert desk.post(f"{address}/withdraw", at=address).status_code == 303
    assert "No order waits." in words(desk.get("/staff/erasures"))
    assert desk.send(f"{address}/withdraw", csrf_token=desk.token("/staff/account")).status_code == 404


@pytest.mark.parametrize("language", ["en", "bn"])
def test_no_page_asks_for_what_the_content_policy_forbids(
    workplace: Workplace, over: Application, language: str
) -> None:
    desk = workplace.desk_of(ADMIN, language=language)
    address = order(desk, over.reference)
    for page in (f"/staff/persons/{over.reference}", "/staff/erasures", address):
        answer = desk.get(page)
        assert answer.status_code == 200
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", answer.text)


def test_a_case_that_is_not_there_has_no_page(workplace: Workplace) -> None:
    desk = workplace.desk_of(ADMIN)
    assert desk.get("/staff/persons/APP-NOBODY00").status_code == 404
    assert desk.get("/staff/erasures/ER-00000000").status_code == 404
