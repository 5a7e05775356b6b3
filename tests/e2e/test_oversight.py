"""The pages of oversight in a real browser: sound for WCAG, nothing too wide, a chart that is drawn, keys that work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from clearance.domain.findings import FindingKind, finding
from clearance.domain.permit import Permit
from clearance.domain.person import Sex
from clearance.domain.staff import Role
from clearance.issuing import void
from tests.e2e.conftest import context_of
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.e2e.test_staff_pages import SIZES, assert_sound
from tests.fakes.office import DEVICE, EVERYTHING, NOW, PERMIT, TODAY, draft, officer
from tests.fakes.office import expect as done
from tests.integration.staff_pages import Workplace, open_workplace

pytestmark = pytest.mark.browser
AUDITOR = officer("AU-1", Role.AUDITOR)
PAGES = (
    "findings",
    "findings/1",
    "record",
    "look-ups",
    "statistics",
    "statistics?by=destination",
    "void",
    "void/preview?target=A-1&since=2026-11-01T08:00",
    "void/preview?target=nobody&since=",
)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A week of cards for two destinations, findings of each weight, an order that waits."""
    with open_workplace(tmp_path_factory.mktemp("oversight")) as made:
        office = made.office
        qatar = _another_permit("EA-QAT-1234", "QAT")
        with office.service.database.write() as work:
            work.staff.add(AUDITOR)
            work.permits.add(qatar)
            work.commit()
        start = office.clock.at
        for number in range(12):
            office.clock.at = start + timedelta(days=number % 5)
            wanted = draft(number, permit=PERMIT if number % 3 else qatar)
            office.issue(replace(wanted, worker=replace(wanted.worker, sex=Sex.MALE)))
        with office.service.database.write() as work:
            for each in (
                finding(FindingKind.SHARED_DEVICE, "b@2026-11-22", TODAY, device="b", officers="A-1, A-2"),
                finding(FindingKind.CARD_GONE, "BMET-2026-0000000000X", TODAY, case="APP-00000000"),
                finding(
                    FindingKind.REJECTED_THEN_APPROVED, "APP-00000001", TODAY, rejected="APP-00000002", officer="A-1"
                ),
            ):
                work.oversight.findings.add(each, at=NOW)
            work.commit()
        done(
            void.order(
                office.service, target_no="I-2", since=NOW, reason="password sold", officer=EVERYTHING, device=DEVICE
            )
        )
        yield made


def _another_permit(number: str, destination: str) -> Permit:
    return replace(PERMIT, number=number, destination=destination)


@pytest.fixture(scope="module")
def address(workplace: Workplace) -> Iterator[str]:
    with served(workplace.app) as address:
        yield address


@pytest.mark.parametrize(("size", "language"), [(SIZES[0], "bn"), (SIZES[1], "en")], ids=["wide-bn", "narrow-en"])
def test_every_page_is_accessible_and_fits_the_screen(
    browser: Browser, workplace: Workplace, address: str, size: tuple[int, int], language: str
) -> None:
    context = context_of(browser, width=size[0], height=size[1])
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(f"{page.url}: {message.text}"))
    seat(context, workplace, EVERYTHING, address)
    orders = void.orders(workplace.office.service)
    for path in (*PAGES, f"void/{orders[0].order.number}"):
        page.goto(f"{address}/staff/{path}{'&' if '?' in path else '?'}lang={language}")
        assert_sound(page)
    assert [each for each in troubles if "422" not in each] == []  # the content policy let everything pass
    context.close()


def test_the_chart_is_drawn_in_the_colour_of_the_house(browser: Browser, workplace: Workplace, address: str) -> None:
    context = context_of(browser)
    page = context.new_page()
    seat(context, workplace, EVERYTHING, address)
    page.goto(f"{address}/staff/statistics?by=destination&lang=bn&from=2026-11-22&to=2026-11-30")
    bars = page.locator(".chart .bars rect")
    assert bars.count() == 2
    fills = {bars.nth(number).evaluate("bar => getComputedStyle(bar).fill") for number in range(2)}
    assert fills == {page.evaluate("getComputedStyle(document.querySelector('.bar')).backgroundColor")}
    expect(page.locator(".chart")).to_contain_text("কাতার")
    context.close()


def test_a_finding_is_acknowledged_by_keyboard_alone(browser: Browser, workplace: Workplace, address: str) -> None:
    context = context_of(browser)
    page = context.new_page()
    seat(context, workplace, EVERYTHING, address)
    page.goto(f"{address}/staff/findings?lang=en")
    page.get_by_role("link", name="Card missing").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What came of it").focus()
    page.keyboard.type("Handed to the commission")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The finding is acknowledged, with your remark.")).to_be_visible()
    expect(page.get_by_role("link", name="Card missing")).to_have_count(0)
    context.close()
