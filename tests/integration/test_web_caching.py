"""What an edge cache may keep: static pages and trust files, nothing about a person. Every route is classified."""

from pathlib import Path

import pytest
from flask import Flask

from tests.integration.home_check import Home, open_home
from tests.integration.worker_pages import READY, Phone, ticket_in

PUBLIC = {
    "static": "/static/work.js",
    "public.stylesheet": "/static/public.css",
    "trust.bundle": "/trust/trust.cose",
    "trust.root": "/trust/root.pem",
    "trust.status": "/trust/status/26a.cwt",
    "well_known.keys": "/.well-known/jwks.json",
    "well_known.security": "/.well-known/security.txt",
    "public.robots_txt": "/robots.txt",
    "api.openapi": "/api/v1/openapi.json",
    "public.sitemap": "/sitemap.xml",
}
"""Endpoints whose answers anybody may keep, with an address of each."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return open_home(tmp_path_factory.mktemp("home"))


def kept(app: Flask, path: str) -> str:
    return app.test_client().get(path, buffered=True).headers.get("Cache-Control", "")


@pytest.mark.parametrize("endpoint", PUBLIC)
def test_public_files_are_kept_at_the_edge_and_asked_for_by_what_one_has(home: Home, endpoint: str) -> None:
    path = PUBLIC[endpoint]
    first = home.app.test_client().get(path, buffered=True)
    assert first.status_code == 200, endpoint
    control = first.headers["Cache-Control"]
    assert "max-age=" in control
    assert "no-store" not in control
    assert "Set-Cookie" not in first.headers
    known = {"If-None-Match": first.headers["ETag"]} if "ETag" in first.headers else {}
    if known:
        assert home.app.test_client().get(path, headers=known, buffered=True).status_code == 304


def test_every_other_route_answers_no_store(home: Home) -> None:
    """Walks the map of addresses: a new route is personal until it is put among the public ones."""
    app, others = home.app, []
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        if rule.endpoint in PUBLIC or "GET" not in methods or rule.endpoint.startswith("public.help"):
            continue
        values = {
            name: "x" if "Int" not in type(converter).__name__ else 1 for name, converter in rule._converters.items()
        }
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values, _external=False)
        others.append((rule.endpoint, kept(app, path)))
    assert others
    assert [(endpoint, control) for endpoint, control in others if "no-store" not in control] == []


def test_pages_about_a_person_are_never_kept(home: Home) -> None:
    phone = Phone(office=home.office, client=home.app.test_client(use_cookies=False))
    page = phone.ask(READY)
    for answer in (page, phone.download(page), phone.post("/card/download", ticket=ticket_in(page)), phone.ask("A1")):
        assert "no-store" in answer.headers["Cache-Control"]


def test_help_pages_are_the_same_for_everybody(home: Home) -> None:
    path = Path("/help/en/")
    answer = home.app.test_client().get(str(path) + "/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
