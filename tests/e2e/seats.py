"""An officer who signed in already: a browser gets the cookies that the pages gave a desk of the same kind."""

from playwright.sync_api import BrowserContext

from clearance.domain.staff import Officer
from tests.integration.staff_pages import SITE, Desk, Workplace

COOKIES = ("__Host-session", "__Host-device")


def seat(context: BrowserContext, workplace: Workplace, officer: Officer, address: str) -> None:
    """Sign the officer in, with password and passkey, and hand the session to the browser: it is the same place."""
    page = context.new_page()
    agent: str = page.evaluate("navigator.userAgent")
    page.close()
    desk = Desk(workplace.app, address="127.0.0.1", agent=agent)
    assert desk.sign_in(officer).status_code == 303
    host = address.removeprefix("http://").partition(":")[0]
    domain = SITE.removeprefix("https://")
    for name in COOKIES:
        cookie = desk.client.get_cookie(name, domain=domain)
        assert cookie is not None
        context.add_cookies(
            [
                {
                    "name": name,
                    "value": cookie.value,
                    "domain": host,
                    "path": "/",
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
