"""The whole story in a real browser with the real programs: from an application to the gate, and what goes wrong.

An officer checks, a second one approves, a third issues, the worker downloads, the desk checks by camera and scanner;
then the card is taken back, another is tampered with, and the network is gone. It is the same wherever it runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Playwright, expect

from clearance.credential.qrtext import pack, unpack
from clearance.demo import home as demo_home
from tests.e2e.actors import DeskOfficer, StaffOfficer, Worker
from tests.e2e.conftest import context_of, launch_with_camera
from tests.e2e.film import WEBCAM, held_to_camera, page_picture, y4m
from tests.e2e.story_data import Sample, logins, qr_text, sample

BENGALI = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


@dataclass(frozen=True, kw_only=True)
class Town:
    """Where the story plays: the addresses of an issuer and a desk, logins, people, and how the issuer is killed."""

    issuer: str
    desk: str
    passwords: dict[str, str]
    waiting: Sample
    good_card: Path
    kill_issuer: Callable[[], None]


def town_of(home: Path, *, issuer: str, desk: str, kill_issuer: Callable[[], None]) -> Town:
    """The town of a demo whose programs run."""
    login = demo_home.welcome(home)
    return Town(
        issuer=issuer,
        desk=desk,
        passwords=logins(login),
        waiting=sample(login, "not decided"),
        good_card=good_card(home),
        kill_issuer=kill_issuer,
    )


def from_application_to_gate(town: Town, browser: Browser, playwright: Playwright, folder: Path) -> None:
    """All of it; files are laid into `folder`. The issuing service is dead at the end."""
    person = town.waiting
    passport_no, born = person.passport_no, (person.day, person.month, person.year)

    # An officer checks the papers; another approves, and cannot issue what he approved.
    checker = StaffOfficer(context_of(browser), town.issuer, username="sohel", password=town.passwords["sohel"])
    checker.open_case(passport_no, state="submitted")
    checker.check()
    approver = StaffOfficer(context_of(browser), town.issuer, username="karim", password=town.passwords["karim"])
    approver.open_case(passport_no, state="checked")
    approver.approve()
    approver.open_case(passport_no, state="approved")
    assert not approver.may_issue()

    # The worker is told that the card is not ready.
    worker = Worker(context_of(browser, width=360, height=740), town.issuer)
    worker.look_up(passport_no, *born)
    expect(worker.page.get_by_role("button", name="কার্ড ডাউনলোড করুন")).to_have_count(0)

    # A third officer issues.
    issuer = StaffOfficer(context_of(browser), town.issuer, username="nasrin", password=town.passwords["nasrin"])
    issuer.open_case(passport_no, state="approved")
    issuer.issue()
    expect(
        issuer.page.get_by_role("link", name="Card PDF").or_(issuer.page.get_by_text("BMET-20")).first
    ).to_be_visible()

    # The worker types in Bengali digits with spaces, and downloads.
    typed = f"{passport_no[:2]} {passport_no[2:5]}-{passport_no[5:]}".translate(BENGALI)
    worker.look_up(typed, *(part.translate(BENGALI) for part in born))
    card = worker.download(folder)
    picture = page_picture(card.read_bytes())
    (symbol,) = zxingcpp.read_barcodes(picture)
    text = symbol.text

    # At the airport: the phone page before the camera, then the paper under the scanner.
    film = y4m(folder / "card.y4m", [held_to_camera(picture)])
    with launch_with_camera(playwright, film) as with_camera:
        desk = DeskOfficer(context_of(with_camera), town.desk)
        desk.sees("cleared")
        expect(desk.screen).to_contain_text(f"{passport_no[-7:-4]} {passport_no[-4:]}")
    desk = DeskOfficer(context_of(browser), town.desk)
    desk.scan(text)
    desk.sees("cleared")

    # Somebody changed a letter of the name: refused, and nothing of the card is shown.
    forged = tampered(text, passport_no)
    film = y4m(folder / "forged.y4m", [symbol_before_camera(forged)])
    with launch_with_camera(playwright, film) as with_camera:
        careful = DeskOfficer(context_of(with_camera), town.desk)
        careful.sees("stop")
        expect(careful.screen).to_contain_text("bad_signature")
        expect(careful.screen).not_to_contain_text(passport_no[-4:])

    # The officer takes the card back; after the desk has fetched the lists, it is refused with the reason.
    issuer.revoke(passport_no)
    desk.fetch_lists()
    desk.scan(text)
    desk.sees("stop")
    expect(desk.screen).to_contain_text("revoked")
    desk.next_person()

    # The worker is told, too.
    worker.look_up(passport_no, *born)
    expect(worker.page.get_by_role("button", name="কার্ড ডাউনলোড করুন")).to_have_count(0)

    # The issuing service dies. Good cards pass, the cancelled one does not.
    town.kill_issuer()
    desk.scan(qr_text(town.good_card))
    desk.sees("cleared")
    desk.scan(text)
    desk.sees("stop")


def good_card(home: Path) -> Path:
    return home / "cards" / f"{sample(demo_home.welcome(home), 'card ready').passport_no}.pdf"


def tampered(text: str, passport_no: str) -> str:
    """The same card for another passport, the signature left as it was."""
    token = unpack(text)
    other = passport_no[:-1] + ("1" if passport_no[-1] != "1" else "2")
    changed = token.replace(passport_no.encode(), other.encode())
    assert changed != token
    return pack(changed)


def symbol_before_camera(text: str) -> Image.Image:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    pixels = memoryview(barcode.to_image(scale=7))
    symbol = Image.frombytes("L", (pixels.shape[1], pixels.shape[0]), bytes(pixels))
    view = Image.new("RGB", WEBCAM, "#8b8f8c")
    view.paste(symbol.convert("RGB"), ((WEBCAM[0] - symbol.width) // 2, (WEBCAM[1] - symbol.height) // 2))
    return view
