"""The officers' pages in a real browser: no violation of WCAG, nothing too wide, keys that work, everything without
JavaScript too."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clearance.domain.clearance import RevocationReason
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer, Scope
from clearance.issuing import revoke
from clearance.issuing.with_reason import move_with_reason
from tests.e2e.conftest import context_of
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.e2e.soundness import assert_sound
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, EVERYTHING, ISSUER, draft
from tests.fakes.office import expect as done
from tests.integration.staff_pages import Workplace, open_workplace

pytestmark = pytest.mark.browser
SIZES = ((1366, 768), (360, 740))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Cases of every state and cards of both kinds."""
    with open_workplace(tmp_path_factory.mktemp("office")) as workplace:
        office, sound = workplace.office, draft(1)
        office.enter(replace(sound, worker=replace(sound.worker, fingerprint_taken_on=None)))
        office.enter(draft(2))
        office.approve(draft(3))
        office.issue(draft(4))
        card = office.issue(draft(5))
        done(
            revoke.revoke(
                office.service,
                card.clearance_no,
                officer=ISSUER,
                device=DEVICE,
                reason=RevocationReason.DECEASED,
                remark="By letter",
            )
        )
        back = office.enter(draft(9))
        reason = "The name differs from the passport"
        done(
            move_with_reason(
                office.service, back.reference, Move.SEND_BACK, officer=CHECKER, device=DEVICE, version=1, reason=reason
            )
        )
        on_hold = office.stored(office.issue(draft(10)).application_reference)
        done(
            move_with_reason(
                office.service,
                on_hold.reference,
                Move.HOLD,
                officer=APPROVER,
                device=DEVICE,
                version=4,
                reason="Inquiry",
            )
        )
        refused = office.enter(draft(6))
        done(
            move_with_reason(
                office.service,
                refused.reference,
                Move.REJECT,
                officer=APPROVER,
                device=DEVICE,
                version=1,
                reason="Visa copy illegible",
            )
        )
        yield workplace


@pytest.fixture(scope="module")
def address(workplace: Workplace) -> Iterator[str]:
    with served(workplace.app) as address:
        yield address


def sign_in(page: Page, workplace: Workplace, address: str, officer: Officer, language: str) -> None:
    seat(page.context, workplace, officer, address)
    page.goto(f"{address}/staff/?lang={language}")
    expect(page.locator(".tabs")).to_be_visible()


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_every_page_is_accessible_and_fits_the_screen(
    browser: Browser, workplace: Workplace, address: str, size: tuple[int, int], language: str
) -> None:
    context = context_of(browser, width=size[0], height=size[1])
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(f"{address}/staff/sign-in?lang={language}")
    assert_sound(page)
    sign_in(page, workplace, address, EVERYTHING, language)
    with workplace.office.service.database.read() as work:
        cards = work.clearances.find(text="", scope=Scope(), limit=5, offset=0)
    for state in ("submitted", "approved", "issued", "rejected", "held", "returned"):
        page.goto(f"{address}/staff/queue?state={state}")
        assert_sound(page)
        for link in [each.get_attribute("href") for each in page.locator("a[data-row]").all()[:2]]:
            page.goto(f"{address}{link}")
            page.locator("summary").last.click()
            assert_sound(page)
    in_force = next(card.clearance_no for card in cards if card.passport_no == "A00000004")
    forms = [f"cards/{in_force}/correct", f"cards/{in_force}/renew", f"cases/{workplace_case(workplace)}/amend"]
    for path in ["queue?text=nobody", "cards", *(f"cards/{card.clearance_no}" for card in cards), *forms]:
        page.goto(f"{address}/staff/{path}")
        assert_sound(page)
    assert not [trouble for trouble in troubles if "favicon" not in trouble and "404" not in trouble]
    context.close()


def workplace_case(workplace: Workplace) -> str:
    """The case that was sent back."""
    with workplace.office.service.database.read() as work:
        [case] = work.applications.of_person("A00000009", birth_date=None)
    return case.reference


@pytest.mark.parametrize("language", ["bn", "en"])
def test_pages_that_say_no_are_accessible_too(
    browser: Browser, workplace: Workplace, address: str, language: str
) -> None:
    context = context_of(browser, width=360, height=740)
    page = context.new_page()
    page.goto(f"{address}/staff/sign-in?lang={language}")
    page.fill("#username", CLERK.username)
    page.click("main button")
    expect(page.locator("#failed")).to_be_visible()
    assert_sound(page)
    sign_in(page, workplace, address, EVERYTHING, language)
    page.locator('tr:has-text("A00000002") a').click()
    page.click("summary.btn")
    page.click(".reject form button")
    expect(page.locator("#problems")).to_be_focused()
    assert_sound(page)
    page.goto(f"{address}/staff/cards?text=A00000004")
    page.click("a[data-row]")
    page.click("a.btn.stop")
    page.click("form .btn.stop")
    expect(page.locator("#problems")).to_be_focused()
    assert_sound(page)
    page.check("input[value=visa_cancelled]")
    page.click("form .btn.stop")
    expect(page.locator("input[name=confirmed]")).to_be_attached()
    assert_sound(page)
    context.close()


def test_the_queue_is_walked_with_j_and_k_and_opened_with_enter(page: Page, workplace: Workplace, address: str) -> None:
    sign_in(page, workplace, address, CHECKER, "en")
    rows = page.locator("a[data-row]")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("jk/")
    expect(page.locator("#text")).to_have_value("jk/")
    page.locator("#text").blur()
    target = rows.nth(1).get_attribute("href")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}{target}")


def test_a_case_is_approved_and_issued_without_javascript(browser: Browser, workplace: Workplace, address: str) -> None:
    workplace.office.enter(draft(8))
    for officer, button in ((CHECKER, "Checked: pass it on"), (APPROVER, "Approve"), (ISSUER, "Issue the card")):
        context: BrowserContext = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        sign_in(page, workplace, address, officer, "en")
        page.locator('tr:has-text("A00000008") a').click()
        page.get_by_role("button", name=button).click()
        expect(page.locator(".notice.ok")).to_be_visible()
        context.close()
    with workplace.office.service.database.read() as work:
        assert work.clearances.active_for_passport("A00000008")


def test_both_scripts_are_drawn_in_the_typeface_that_we_bring_along(
    page: Page, workplace: Workplace, address: str
) -> None:
    sign_in(page, workplace, address, APPROVER, "bn")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.unicodeRange)")
    assert any("U+980" in ranges for ranges in loaded)
    assert any("U+0-FF" in ranges or "U+0000" in ranges for ranges in loaded)
