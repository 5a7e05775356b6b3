"""A visitor at the gate of the look-up: does the work that a page asks for, as its script would, or waits."""

import json
import re
from base64 import b64encode
from html import unescape

import altcha
from werkzeug.test import TestResponse

from tests.integration.worker_pages import Phone


def asks_for_work(page: TestResponse) -> bool:
    return page.status_code == 429 and 'name="held"' in page.text


def field(page: TestResponse | str, name: str) -> str:
    """A hidden field of a page."""
    text = page if isinstance(page, str) else page.text
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return unescape(found[1])


def solved(page: TestResponse | str) -> str:
    """The answer to the sum of a page."""
    text = page if isinstance(page, str) else page.text
    found = re.search(r'data-challenge="([^"]+)"', text)
    assert found
    challenge = json.loads(unescape(found[1]))
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return b64encode(json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()).decode()


def do_work(phone: Phone, page: TestResponse) -> TestResponse:
    """Send the page's form with the sum solved."""
    return phone.post("/card?lang=en", held=field(page, "held"), wait=field(page, "wait"), work=solved(page))


def press(phone: Phone, page: TestResponse) -> TestResponse:
    """Send the page's form as a browser without scripts does."""
    return phone.post("/card?lang=en", held=field(page, "held"), wait=field(page, "wait"), work="")


def ask_working(phone: Phone, passport_no: str, **typed: str) -> TestResponse:
    """Ask, and do the work where work is asked for."""
    page = phone.ask(passport_no, **typed)
    return do_work(phone, page) if asks_for_work(page) else page
