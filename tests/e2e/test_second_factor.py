"""Passkeys and codes in a real Chromium with its own virtual authenticator; the pages of accounts, looked at by axe."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clearance.domain.factors import code_at, step_at
from clearance.domain.staff import Role
from clearance.domain.text import BilingualText
from clearance.issuing.invitations import Invited, add_officer
from clearance.issuing.people import NewOfficer
from tests.e2e.conftest import context_of
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.e2e.soundness import assert_sound
from tests.fakes.office import APPROVER, EVERYTHING, draft
from tests.integration.staff_pages import Workplace, open_workplace

pytestmark = pytest.mark.browser
SIZES = ((1366, 768), (360, 740))
PASSWORD = "seven wet buffaloes hum"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("office")) as workplace:
        yield workplace


@pytest.fixture(scope="module")
def address(workplace: Workplace) -> Iterator[str]:
    """A name, not a number: browsers bind passkeys to names."""
    with served(workplace.app, name="localhost") as address:
        yield address


def invited(workplace: Workplace, number: str, *roles: Role) -> Invited:
    return add_officer(
        workplace.office.service,
        NewOfficer(
            number=number,
            username=number.lower(),
            name=BilingualText(en=f"New {number}", bn="নতুন কর্মকর্তা"),
            roles=frozenset(roles),
            office_code="BMET",
        ),
    )


def give_authenticator(page: Page) -> None:
    """A security key that is plugged in and touched at once (WebAuthn automation over CDP)."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def join(page: Page, address: str, who: Invited) -> None:
    page.goto(f"{address}/staff/join?lang=en")
    page.get_by_label("User name").fill(who.officer.username)
    page.get_by_label("Invitation code").fill(who.code)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password once more").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    show_password(page, who)


def show_password(page: Page, who: Invited) -> None:
    page.get_by_label("User name").fill(who.officer.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_invited_officer_sets_up_a_passkey_signs_in_and_steps_up_with_it(
    context: BrowserContext, workplace: Workplace, address: str
) -> None:
    case = workplace.office.check(draft(1))
    who = invited(workplace, "N-1", Role.APPROVER)
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    give_authenticator(page)

    join(page, address, who)
    page.get_by_label("A name for it").fill("office key")
    page.get_by_role("button", name="Set up a passkey").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    page.get_by_role("link", name="I have them on paper").click()
    expect(page.locator(".tabs")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    show_password(page, who)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.locator(".tabs")).to_be_visible()

    workplace.office.clock.advance(minutes=11)
    page.goto(f"{address}/staff/cases/{case.reference}")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.locator(".notice.ok")).to_be_visible()
    assert workplace.office.stored(case.reference).state == "approved"
    assert not [trouble for trouble in troubles if "403" not in trouble]


def test_a_passkey_that_is_not_there_says_so_and_leaves_the_page_usable(
    context: BrowserContext, workplace: Workplace, address: str
) -> None:
    who = invited(workplace, "N-2", Role.APPROVER)
    page = context.new_page()
    join(page, address, who)
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new DOMException('no')); }")
    button = page.get_by_role("button", name="Set up a passkey")
    button.click()
    expect(page.locator("[data-passkey-failed]")).to_be_visible()
    expect(button).to_be_enabled()


def test_an_app_is_set_up_and_used_without_javascript(browser: Browser, workplace: Workplace, address: str) -> None:
    who = invited(workplace, "N-3", Role.ISSUER)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    join(page, address, who)
    expect(page.get_by_role("button", name="Set up a passkey")).to_be_hidden()
    page.get_by_role("button", name="Set up the app").click()  # the demo typed the code
    page.get_by_role("link", name="I have them on paper").click()
    page.get_by_role("button", name="Sign out").click()
    show_password(page, who)
    used = code_at(_secret(workplace, who), step_at(workplace.office.clock.at))
    page.get_by_label("Code from your authenticator app").fill(used)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("A code works once")
    page.get_by_role("button", name="Go on").click()  # the next one, as the demo shows it
    expect(page.locator(".tabs")).to_be_visible()
    context.close()


def _secret(workplace: Workplace, who: Invited) -> bytes:
    service = workplace.office.service
    with service.database.read() as work:
        held = work.factors.of_officer(who.officer.number).authenticator
    assert held is not None
    secret = service.vault.open(held.sealed_secret, owner=who.officer.number)
    assert secret is not None
    return secret


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_every_page_of_accounts_is_accessible_and_fits_the_screen(
    browser: Browser, workplace: Workplace, address: str, size: tuple[int, int], language: str
) -> None:
    who = invited(workplace, f"L-{size[0]}-{language.upper()}", Role.APPROVER)
    context = context_of(browser, width=size[0], height=size[1])
    page = context.new_page()
    page.goto(f"{address}/staff/join?lang={language}")
    assert_sound(page)
    page.locator("main button").click()
    assert_sound(page)
    seat(context, workplace, EVERYTHING, address)
    for path in ("account", "people", f"people/{APPROVER.number}", f"people/{who.officer.number}", "second-factor/new"):
        page.goto(f"{address}/staff/{path}")
        assert_sound(page)
    page.goto(f"{address}/staff/confirm")
    assert_sound(page)
    page.goto(f"{address}/staff/account")
    page.locator("form[action$=recovery-codes] button").click()
    assert_sound(page)
    page.goto(f"{address}/staff/people/{who.officer.number}")
    page.locator("form[action$=invite] button").click()
    expect(page.locator(".code").first).to_be_visible()
    assert_sound(page)
    context.close()


def test_an_officer_signs_out_elsewhere_with_the_keyboard_alone(
    browser: Browser, workplace: Workplace, address: str
) -> None:
    first, second = context_of(browser), context_of(browser)
    for context in (first, second):
        seat(context, workplace, replace(EVERYTHING), address)
    page = second.new_page()
    page.goto(f"{address}/staff/account?lang=en")
    expect(page.get_by_role("alert")).to_contain_text("two places at once")
    button = page.get_by_role("button", name="Sign out everywhere but here")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("signed out everywhere")
    other = first.new_page()
    other.goto(f"{address}/staff/queue?lang=en")
    expect(other.get_by_role("status")).to_contain_text("from another browser")
    first.close()
    second.close()
