"""The pages of rules, permits and agencies in a real browser: two officers change a rule and a budget, by keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from clearance.domain.staff import Officer
from clearance.issuing.agencies import suspend
from clearance.issuing.permits_change import propose_places
from clearance.issuing.rules import rule_book
from clearance.issuing.rules_change import propose_rules
from tests.e2e.conftest import context_of
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.e2e.soundness import assert_sound
from tests.fakes.office import AGENCY, APPROVER, DEVICE, EVERYTHING, PERMIT, TODAY, draft
from tests.fakes.office import expect as done
from tests.integration.staff_pages import Workplace, open_workplace
from tests.unit.issuing.test_rules_change import stricter

pytestmark = pytest.mark.browser
FULL = replace(PERMIT, number="EA-SAU-FULL", places=3, used=3, used_before=3, valid_until=TODAY + timedelta(days=30))
OLD = replace(PERMIT, number="EA/2024/7", valid_from=TODAY - timedelta(days=700), valid_until=TODAY - timedelta(days=1))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Cases that wait, cards on a permit, a proposal of each kind and a suspended agency."""
    with open_workplace(tmp_path_factory.mktemp("office")) as workplace:
        office, service = workplace.office, workplace.office.service
        with service.database.write() as work:
            work.permits.add_agency(replace(AGENCY, licence_no="RL-77"))
            work.permits.add(FULL)
            work.permits.add(OLD)
            work.commit()
        office.enter(draft(1))
        office.approve(draft(2))
        office.issue(draft(3))
        reason = "Letter of the ministry"
        done(propose_rules(service, [stricter(service)], officer=EVERYTHING, device=DEVICE, reason=reason))
        done(
            propose_places(
                service, FULL.number, places=9, letter_no="EXP-1/26", officer=EVERYTHING, device=DEVICE, reason=reason
            )
        )
        done(suspend(service, "RL-77", officer=EVERYTHING, device=DEVICE, reason="Order 14/26"))
        yield workplace


@pytest.fixture(scope="module")
def address(workplace: Workplace) -> Iterator[str]:
    with served(workplace.app) as address:
        yield address


def sign_in(page: Page, workplace: Workplace, address: str, officer: Officer, language: str = "en") -> None:
    seat(page.context, workplace, officer, address)
    page.goto(f"{address}/staff/rules?lang={language}")
    expect(page.locator(".tabs")).to_be_visible()


NARROW = 360
"""On a telephone the lists and one page of each kind are looked at."""
PATHS = (
    "rules",
    "rules?shelf=proposed",
    "rules/3",
    "rules/46",
    "rules/new",
    "rules/3/change",
    "permits",
    "permits?show=used_up&sort=balance",
    f"permits/{PERMIT.number}",
    f"permits/{FULL.number}",
    f"permits/{OLD.number}",
    "permits/new",
    "agencies",
    f"agencies/{AGENCY.licence_no}",
    "agencies/RL-77",
)


@pytest.mark.parametrize(("width", "height", "language"), [(1366, 768, "bn"), (360, 740, "en")])
def test_every_page_is_accessible_and_fits_the_screen(
    browser: Browser, workplace: Workplace, address: str, width: int, height: int, language: str
) -> None:
    context = context_of(browser, width=width, height=height)
    page = context.new_page()
    sign_in(page, workplace, address, APPROVER, language)
    for path in PATHS if width > NARROW else PATHS[::3]:
        page.goto(f"{address}/staff/{path}")
        expect(page.locator("h1").first).to_be_visible()
        assert_sound(page)
    context.close()


def test_two_officers_change_a_rule_by_keyboard_and_see_before_what_it_does(
    browser: Browser, workplace: Workplace, address: str
) -> None:
    service = workplace.office.service
    context = context_of(browser)
    page = context.new_page()
    sign_in(page, workplace, address, EVERYTHING)
    page.goto(f"{address}/staff/rules?text=OMN")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Propose a change")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A change of version")).to_be_visible()
    page.get_by_label("Least age").fill("")
    page.get_by_label("Fees (taka)").fill("4000")
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.get_by_label("Fees (taka)")).to_have_value("4000")
    assert_sound(page)
    page.get_by_label("Least age").fill("২১")
    page.get_by_label("Circular number").fill("Circular 12/2026")
    page.get_by_label("Reason").fill("New fee table")
    page.get_by_role("button", name="See what it would change").click()
    expect(page.locator("#ahead")).to_contain_text("What it would change")
    page.get_by_role("button", name="Propose").click()
    expect(page.locator(".notice.ok")).to_contain_text("proposed")
    number = int(page.url.rpartition("/")[2])
    assert rule_book(service).get(number) is None
    context.close()

    second = context_of(browser)
    page = second.new_page()
    sign_in(page, workplace, address, APPROVER)
    page.goto(f"{address}/staff/rules/{number}")
    expect(page.locator(".tag.check", has_text="was 18")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.ok")).to_contain_text("consented to")
    governing = rule_book(service).get(number)
    assert governing is not None
    assert (governing.terms.minimum_age, governing.terms.fees_taka) == (21, 4000)
    second.close()
