"""Thirty-six hostile names in a real browser: nothing opens, nothing runs, nothing is asked for elsewhere."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page

from clearance.credential.errors import MalformedClaims
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.fakes.office import EVERYTHING
from tests.integration.staff_pages import Workplace, open_workplace
from tests.security.hostile_names import HOSTILE_NAMES
from tests.security.walk import called

pytestmark = pytest.mark.browser
REPORT = "document.addEventListener('securitypolicyviolation', e => console.error('POLICY ' + e.violatedDirective))"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("office")) as workplace:
        for number, name in enumerate(HOSTILE_NAMES, start=1):
            with suppress(MalformedClaims):
                workplace.office.enter(called(number, name_en=name[:76].strip(), name_bn=name[:76].strip()))
        yield workplace


@pytest.fixture(scope="module")
def address(workplace: Workplace) -> Iterator[str]:
    with served(workplace.app) as address:
        yield address


class Watch:
    """What a page does besides being shown."""

    def __init__(self, page: Page, address: str) -> None:
        self.dialogs: list[str] = []
        self.violations: list[str] = []
        self.elsewhere: list[str] = []
        page.add_init_script(REPORT)
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.violations.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, address))

    def _said(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if "POLICY" in text or "Content Security Policy" in text:
            self.violations.append(text)

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:")):
            self.elsewhere.append(url)

    @property
    def nothing(self) -> bool:
        return not (self.dialogs or self.violations or self.elsewhere)


def test_the_watch_notices_what_it_is_for(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    watch = Watch(page, address)
    page.goto(f"{address}/?lang=en")
    assert watch.nothing
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=//evil.example/x>')")
    page.wait_for_timeout(300)
    assert watch.dialogs == [], "the policy holds even where escaping would have failed"
    assert len(watch.violations) >= 2


def test_hostile_names_stay_names_on_every_page(context: BrowserContext, workplace: Workplace, address: str) -> None:
    seat(context, workplace, EVERYTHING, address)
    page = context.new_page()
    watch = Watch(page, address)
    page.goto(f"{address}/staff/queue?state=submitted&lang=en")
    links = page.locator("a[data-row]").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert len(links) > 15
    case = links[0]
    for path in (*links, f"{case}/amend", "/staff/record", "/staff/findings", "/staff/look-ups", "/staff/entry/new"):
        page.goto(f"{address}{path}")
    for name in HOSTILE_NAMES:
        page.goto(f"{address}/staff/queue?text={quote(name[:200])}")
    assert watch.nothing, (watch.dialogs, watch.violations, watch.elsewhere)


def test_hostile_words_of_visitors_stay_words(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    watch = Watch(page, address)
    for name in HOSTILE_NAMES[:12]:
        page.goto(f"{address}/?lang=en")
        page.locator("#passport_no").fill(name[:60].replace("\n", " "))
        page.locator("form[action*='card'] button[type=submit], form[action*='card'] button").first.click()
        page.goto(f"{address}/agencies?text={quote(name)}")
        page.goto(f"{address}/staff/sign-in?next={quote(name)}")
    assert watch.nothing, (watch.dialogs, watch.violations, watch.elsewhere)
