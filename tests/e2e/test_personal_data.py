"""The pages on one person's data in a real browser: sound for WCAG, nothing too wide, all of it by keyboard alone."""

from collections.abc import Iterator
from datetime import timedelta
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from clearance.domain.staff import Officer, Role
from tests.e2e.conftest import context_of
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.e2e.soundness import assert_sound
from tests.fakes.office import NOW, draft, officer
from tests.fakes.passkey import stored_passkey
from tests.integration.staff_pages import Workplace, open_workplace

pytestmark = pytest.mark.browser
FIRST, SECOND = officer("AD-1", Role.ADMINISTRATOR), officer("AD-2", Role.ADMINISTRATOR)
WIDE, PHONE = (1366, 768), (360, 740)
ENOUGH_TABS = 60


@pytest.fixture
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Two persons whose cards ran out years ago, one with a card in force; two administrators."""
    with open_workplace(tmp_path_factory.mktemp("persons")) as made:
        with made.office.service.database.write() as work:
            for member in (FIRST, SECOND):
                work.staff.add(member)
                work.factors.add_passkey(stored_passkey(member, at=NOW))
            work.commit()
        for number in (0, 1):
            made.office.issue(draft(number))
        made.office.clock.at += timedelta(days=2_000)
        made.office.enter(draft(2))
        yield made


@pytest.fixture
def address(workplace: Workplace) -> Iterator[str]:
    with served(workplace.app) as address:
        yield address


def case_of(workplace: Workplace, passport_no: str) -> str:
    with workplace.office.service.database.read() as work:
        [case] = work.applications.of_person(passport_no, birth_date=None)
    return case.reference


def sit_down(browser: Browser, workplace: Workplace, member: Officer, address: str, size: tuple[int, int]) -> Page:
    context = context_of(browser, width=size[0], height=size[1])
    seat(context, workplace, member, address)
    return context.new_page()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this label or text has the focus, which must be seen."""
    for _ in range(ENOUGH_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        label = focused.evaluate("it => ((it.labels && it.labels[0]) || it).innerText")
        if label.strip().startswith(name):
            assert focused.evaluate("it => getComputedStyle(it).outlineStyle") != "none", name
            return
    pytest.fail(f"no way by Tab to {name}")


@pytest.mark.parametrize(("size", "language"), [(WIDE, "bn"), (PHONE, "bn"), (PHONE, "en")])
def test_finding_giving_out_and_erasing_have_no_barrier_that_axe_knows(
    browser: Browser, workplace: Workplace, address: str, size: tuple[int, int], language: str
) -> None:
    over, under_way = case_of(workplace, "A00000000"), case_of(workplace, "A00000002")
    page = sit_down(browser, workplace, FIRST, address, size)
    page.goto(f"{address}/staff/cases/{over}?lang={language}")
    page.click(f"a[href*='/persons/{over}']")
    assert_sound(page)
    page.goto(f"{address}/staff/persons/{under_way}")
    assert_sound(page)
    page.goto(f"{address}/staff/erasures")
    assert_sound(page)
    page.goto(f"{address}/staff/persons/{over}")
    page.click("form[action$='/erasure'] button")
    expect(page.locator("#problems")).to_be_focused()
    assert_sound(page)
    page.fill("#reason", "Letter of 3 May")
    page.fill("#confirmation", over)
    page.click("form[action$='/erasure'] button")
    assert_sound(page)
    number = page.url.rpartition("/")[2].partition("?")[0]
    page.goto(f"{address}/staff/erasures")
    assert_sound(page)
    page.context.close()

    page = sit_down(browser, workplace, SECOND, address, size)
    page.goto(f"{address}/staff/erasures/{number}?lang={language}")
    assert_sound(page)
    page.fill("#confirmation", number)
    page.click("form[action$='/consent'] button")
    for path in (f"erasures/{number}", f"persons/{over}", f"cases/{over}"):
        page.goto(f"{address}/staff/{path}")
        assert_sound(page)
    page.context.close()


def test_a_keyboard_alone_gives_out_a_file_and_orders_an_erasure_to_which_another_consents(
    browser: Browser, workplace: Workplace, address: str
) -> None:
    over = case_of(workplace, "A00000001")
    page = sit_down(browser, workplace, FIRST, address, WIDE)
    page.goto(f"{address}/staff/cases/{over}?lang=en")
    page.locator(f"a[href*='/persons/{over}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("A person’s data")
    tab_to(page, "Give out the file")
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    assert "data.json" in ZipFile(given.value.path()).namelist()
    tab_to(page, "Why")
    page.keyboard.type("Letter of 3 May")
    tab_to(page, "Type the number of the case")
    page.keyboard.type(over)
    tab_to(page, "Order it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/erasures/*")
    number = page.url.rpartition("/")[2]
    page.context.close()

    page = sit_down(browser, workplace, SECOND, address, WIDE)
    page.goto(f"{address}/staff/erasures?lang=en")
    tab_to(page, number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/erasures/{number}")
    tab_to(page, "Type the number")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator(".notice.ok")).to_be_visible()
    assert "RAHIM" not in f"{workplace.office.stored(over)}"
    page.context.close()
