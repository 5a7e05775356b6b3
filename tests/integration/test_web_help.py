"""Help pages, the search for agencies, what search engines see, and pages for when something is not there."""

import gzip
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clearance.channel.address import UnixAddress
from clearance.channel.client import RemoteSigning
from clearance.credential.errors import CredentialError
from clearance.domain.permit import Agency
from clearance.domain.text import BilingualText
from clearance.issuing.lookup import SecondFactor
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.office import open_office
from tests.integration.worker_pages import READY, Phone, open_app

FIRST_LOAD = 15 << 10
NAMES = (
    "safe-migration",
    "fees",
    "agencies",
    "orientation",
    "at-the-desk",
    "new-passport",
    "complaint",
    "helplines",
    "your-data",
)


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_every_help_page_is_light_kept_by_caches_and_free_of_scripts(phone: Phone, lang: str) -> None:
    sheet = phone.get("/static/public.css", Accept_Encoding="gzip")
    for path in ("", *NAMES):
        page = phone.get(f"/help/{lang}/{path}", Accept_Encoding="gzip")
        assert page.status_code == 200
        assert page.headers["Content-Encoding"] == "gzip"
        assert len(page.data) + len(sheet.data) <= FIRST_LOAD
        text = gzip.decompress(page.data).decode()
        assert f'<html lang="{lang}">' in text
        assert "<script" not in text
        assert page.headers["Cache-Control"] == "public, max-age=600"
        assert "Set-Cookie" not in page.headers
        kept = phone.get(f"/help/{lang}/{path}", Accept_Encoding="gzip", If_None_Match=page.headers["ETag"])
        assert kept.status_code == 304


def test_every_link_of_the_help_pages_leads_to_a_page(phone: Phone) -> None:
    for lang in ("bn", "en"):
        for name in ("", *NAMES):
            base = f"/help/{lang}/"
            for link in re.findall(r'href="([^"#]+)"', phone.get(base + name).text):
                if link.startswith(("http", "tel:", "data:", "mailto:")):
                    continue
                place = link if link.startswith("/") else base + link
                assert phone.get(place).status_code == 200, (name, link)


def test_the_language_of_the_address_counts_whatever_the_cookie_says(phone: Phone) -> None:
    assert phone.get("/help/en/fees", Cookie="__Host-lang=bn").text == phone.get("/help/en/fees").text
    assert phone.get("/help/", Cookie="__Host-lang=en").headers["Location"] == "/help/en/"
    assert phone.get("/help/").headers["Location"] == "/help/bn/"


def test_a_page_that_is_none_is_not_there(phone: Phone) -> None:
    for path in ("/help/bn/nothing", "/help/de/fees", "/help/bn/..%2f..%2fetc", "/help/images/none.png"):
        assert phone.get(path).status_code == 404


def test_pages_and_pictures_of_the_installation_are_shown(tmp_path: Path) -> None:
    for name in ("bn", "images"):
        (tmp_path / "help" / name).mkdir(parents=True)
    head = "---\ntitle: রংপুর অফিস\nsummary: ঠিকানা\nreviewed: 2026-11-22\nsource: অফিস\n---\n![মানচিত্র](images/map.png)"
    (tmp_path / "help" / "bn" / "offices.md").write_text(head, encoding="utf-8")
    (tmp_path / "help" / "images" / "map.png").write_bytes(b"\x89PNG")
    options = WebOptions(
        secret_key=b"k" * 32,
        second_factor=SecondFactor.BIRTH_DATE,
        trust_directory=tmp_path,
        help_directory=tmp_path / "help",
    )
    office = open_office()
    phone = Phone(office=office, client=create_app(office.service, options).test_client(use_cookies=False))
    assert "রংপুর অফিস" in phone.get("/help/bn/").text
    english = phone.get("/help/en/offices").text
    assert "This page is not translated yet." in english
    assert '<article class="prose" lang="bn">' in english
    picture = phone.get("/help/images/map.png")
    assert (picture.data, picture.mimetype) == (b"\x89PNG", "image/png")


# ---- agencies


def test_an_agency_is_found_by_number_and_name_with_what_its_licence_is_worth(phone: Phone) -> None:
    closed = Agency(
        licence_no="RL-77",
        name=BilingualText(en="JAMUNA OVERSEAS", bn="যমুনা ওভারসিজ"),
        phone="+880 2 5550 0177",
        licence_valid_until=date(2026, 11, 21),
    )
    with phone.office.service.database.write() as work:
        work.permits.add_agency(closed)
        work.permits.add_agency(
            replace(closed, licence_no="RL-78", name=BilingualText(en="JAMUNA TWO"), suspended_on=date(2026, 11, 1))
        )
        work.commit()
    assert "Licence in force until 1 January 2028" in phone.get("/agencies?lang=en&q=rl 1234").text
    assert "Licence in force" in phone.get("/agencies?lang=en&q=১২৩৪").text
    both = phone.get("/agencies?lang=en&q=jamuna").text
    assert "2 agencies found" in both
    assert "Licence ran out on 21 November 2026." in both
    assert "Licence suspended since 1 November 2026." in both
    assert "যমুনা ওভারসিজ" in phone.get("/agencies?q=যমুনা").text
    assert "No agency found" in phone.get("/agencies?lang=en&q=unknown").text
    assert "found" not in phone.get("/agencies?lang=en").text.partition("<main>")[2].partition("</form>")[2]


# ---- search engines


def test_search_engines_find_the_first_page_and_the_help_and_nothing_else(phone: Phone) -> None:
    robots = phone.get("/robots.txt").text
    for path in ("/card", "/request", "/staff"):
        assert f"Disallow: {path}\n" in robots
    assert "Sitemap: https://clearance.bmet.gov.bd/sitemap.xml" in robots
    tree = ElementTree.fromstring(phone.get("/sitemap.xml").text)
    found = [place.text or "" for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(found) == 2 * (1 + 1 + len(NAMES))
    for address in found:
        page = phone.get(address.removeprefix("https://clearance.bmet.gov.bd"))
        assert page.status_code == 200
        assert "X-Robots-Tag" not in page.headers
    for closed in ("/agencies?q=x", "/request", "/request/follow", "/ended"):
        assert phone.get(closed).headers["X-Robots-Tag"] == "noindex"


# ---- when something is not there


def test_look_up_and_download_work_while_the_signing_service_does_not(tmp_path: Path) -> None:
    office, _ = open_app(tmp_path)
    silent = replace(office.service, signing=RemoteSigning(UnixAddress(path=tmp_path / "nobody.sock")))
    options = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=tmp_path)
    phone = Phone(office=office, client=create_app(silent, options).test_client(use_cookies=False))
    page = phone.ask(READY)
    assert "Your card is ready" in page.text
    assert phone.download(page).mimetype == "application/pdf"


def test_help_needs_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office, app = open_app(tmp_path)
    monkeypatch.setattr(type(office.service.database), "read", lambda self: (_ for _ in ()).throw(CredentialError()))
    phone = Phone(office=office, client=app.test_client(use_cookies=False))
    for path in ("/", "/help/bn/fees", "/help/", "/request", "/ended"):
        assert phone.get(path).status_code in (200, 302)
