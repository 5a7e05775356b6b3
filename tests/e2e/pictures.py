"""`make pictures`: the pictures of the README, taken from the running product."""

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Playwright, sync_playwright

from clearance.demo import home as demo_home
from tests.e2e import programs
from tests.e2e.actors import DeskOfficer, StaffOfficer, Worker
from tests.e2e.conftest import context_of, launch
from tests.e2e.film import page_picture
from tests.e2e.story_data import logins, qr_text, sample

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"

STILL_MS = 1500
"""Until nothing on the page moves any more."""


def main() -> int:
    """Start everything, take the pictures, stop everything."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "demo"
        programs.prepare_demo(home)
        issuer_port, desk_port = programs.free_port(), programs.free_port()
        with (
            programs.signing_service(home),
            programs.issuing_service(home, port=issuer_port),
            programs.desk(home / "desk", issuer_port=issuer_port, port=desk_port),
        ):
            _take(playwright, home, issuer=f"http://127.0.0.1:{issuer_port}", desk=f"http://127.0.0.1:{desk_port}")
    return 0


def _take(playwright: Playwright, home: Path, *, issuer: str, desk: str) -> None:
    login = demo_home.welcome(home)
    ready, cancelled, waiting = (sample(login, title) for title in ("ready", "cancelled", "not decided"))
    card = home / "cards" / f"{ready.passport_no}.pdf"
    _save(page_picture(card.read_bytes(), dpi=110), "card-phone.png")
    _save(page_picture(card.read_bytes(), page=1, dpi=80), "card-a4.png")
    browser = launch(playwright)
    worker = Worker(context_of(browser, width=360, height=740), issuer)
    worker.look_up(ready.passport_no, ready.day, ready.month, ready.year)
    worker.page.screenshot(path=PICTURES / "worker.png")
    officer = StaffOfficer(context_of(browser), issuer, username="karim", password=logins(login)["karim"])
    officer.open_case(waiting.passport_no, state="submitted")
    officer.page.screenshot(path=PICTURES / "case.png")
    counter = DeskOfficer(context_of(browser), desk)
    counter.scan(qr_text(card))
    counter.sees("cleared")
    counter.page.wait_for_timeout(STILL_MS)
    counter.page.screenshot(path=PICTURES / "desk-cleared.png")
    counter.scan(qr_text(home / "cards" / f"{cancelled.passport_no}.pdf"))
    counter.sees("stop")
    counter.page.wait_for_timeout(STILL_MS)
    counter.page.screenshot(path=PICTURES / "desk-stop.png")
    browser.close()


def _save(picture: Image.Image, name: str) -> None:
    picture.quantize(64).save(PICTURES / name, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
