"""Forged requests: what another site could make an officer's browser send changes nothing, on any address."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.security.walk import METHODS, Issuer, open_issuer

NO_AUTHORITY = {
    "api.": "a bearer token speaks for a program, no cookie",
    "desk_api.": "a bearer token speaks for a desk, no cookie",
    "public.": "pages without a session; a forged request says what anybody may say (docs/adr/0051)",
    "check.": "the same, and nothing is kept",
}
"""Endpoints that ask for no form token, by the beginning of their names, and why none is needed."""
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
BY_LOOKING = {"audit_log", "audit_head", "lookups", "officer_sessions"}
"""Tables that a look writes to: who looked at whom stands on record, and a page that asks for a passkey remembers what
the passkey is to sign."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with open_issuer(tmp_path_factory.mktemp("issuer")) as opened:
        yield opened


def guarded(issuer: Issuer) -> Iterator[tuple[str, str]]:
    """Method and path of every route that changes something in the name of whoever is signed in."""
    for rule, path in issuer.rules():
        if not rule.endpoint.startswith(tuple(NO_AUTHORITY)):
            for method in sorted((rule.methods or set()) & CHANGING):
                yield method, path


def everything(issuer: Issuer) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(issuer.folder / "clearance.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: database.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}


@pytest.mark.parametrize("token", [None, "", "x", "another's"])
def test_without_the_token_of_the_page_nothing_is_changed_anywhere(issuer: Issuer, token: str | None) -> None:
    desk = issuer.signed_in()
    if token == "another's":
        token = issuer.signed_in().token("/staff/account")
    form = {} if token is None else {"csrf_token": token}
    before, asked = everything(issuer), 0
    for method, path in guarded(issuer):
        answer = issuer.ask(method, path, desk, data=form)
        assert (answer.status_code, "open for too long" in answer.text) == (400, True), f"{method} {path}"
        asked += 1
    assert asked > 50
    assert everything(issuer) == before


def test_every_route_that_changes_something_asks_for_a_token_or_is_named_here(issuer: Issuer) -> None:
    beginnings = {rule.endpoint.partition(".")[0] for rule, _ in issuer.rules() if (rule.methods or set()) & CHANGING}
    assert beginnings == {"staff"} | {name.rstrip(".") for name in NO_AUTHORITY}


def test_what_asks_for_no_token_does_not_know_the_officer_either(issuer: Issuer) -> None:
    """The same request with and without the officer's cookies gets the same answer."""
    desk = issuer.signed_in()
    for rule, path in issuer.rules():
        if rule.endpoint.startswith(tuple(NO_AUTHORITY)):
            for method in sorted((rule.methods or set()) & CHANGING):
                with_cookies, without = issuer.ask(method, path, desk), issuer.ask(method, path)
                assert with_cookies.status_code == without.status_code, path
                assert "Officer X-1" not in with_cookies.text, path


def test_looking_changes_nothing(issuer: Issuer) -> None:
    """GET, HEAD and OPTIONS are safe: an image on another site could ask for them."""
    desk = issuer.signed_in()
    for _, path in issuer.rules():
        issuer.ask("GET", path, desk)  # what the first look makes is made now
    before = everything(issuer)
    for rule, path in issuer.rules():
        if rule.endpoint in MAKES_A_FORM:
            continue
        for method in sorted(set(METHODS) - CHANGING):
            issuer.ask(method, path, desk)
    after = everything(issuer)
    assert {table for table in after if after[table] != before[table]} <= BY_LOOKING


MAKES_A_FORM = {"staff.new_entry"}
"""Opens an empty form for whoever asks and keeps it; the oldest empty one goes. Nothing of anybody's is changed."""
