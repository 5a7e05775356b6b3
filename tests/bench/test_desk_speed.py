"""How long an officer waits: from a frame or the last key to the verdict, the journal's flush included.

Wall time, printed as median and 95th percentile; a busy machine shows in the second first.
"""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import context_of, launch_with_camera
from tests.unit.desk.bureau import NOW, Bureau
from tests.unit.desk.pictures import in_view, jpeg, qr_image
from verifier.bootstrap import OpenDesk, opened
from verifier.config import DeskConfig
from verifier.desk import ScanRecord
from verifier.scan.camera import Watch

pytestmark = pytest.mark.bench

CARDS = 60
FILMED = 20


def report(what: str, seconds: Sequence[float]) -> None:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    print(f"\n{what:<66} median {statistics.median(seconds) * 1000:7.1f} ms   p95 {p95 * 1000:7.1f} ms", end="")


def timed(calls: Sequence[Callable[[], object]]) -> list[float]:
    times = []
    for call in calls:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    return Bureau(tmp_path_factory.mktemp("bureau") / "keys")


@pytest.fixture(scope="module")
def cards(bureau: Bureau) -> list[str]:
    """As many cards as people, since a card that rests in view is answered once."""
    return [bureau.card(clearance_no=f"BMET-26-{number:04d}", idx=number) for number in range(CARDS)]


@pytest.fixture(scope="module")
def frames(cards: list[str]) -> list[bytes]:
    """What a 1280x720 webcam sends of each card."""
    return [jpeg(in_view(qr_image(card))) for card in cards]


@pytest.fixture
def desk(bureau: Bureau, tmp_path: Path) -> Iterator[OpenDesk]:
    shutil.copytree(bureau.public, tmp_path / "home" / "trust")
    config = DeskConfig(home=tmp_path / "home", issuer_url="http://127.0.0.1:9", port=0)
    with opened(config, clock=lambda: NOW) as running:
        yield running


def test_a_desk_starts_cold(bureau: Bureau, tmp_path: Path) -> None:
    """From the command to the page, in a process of its own each time; the goal is 3 s."""
    shutil.copytree(bureau.public, tmp_path / "home" / "trust")
    nobody = "http://127.0.0.1:9"
    command = [sys.executable, "-m", "verifier", "run", "--home", str(tmp_path / "home"), "--issuer", nobody]

    def start() -> None:
        named = [*command, "--port", "0", "--desk", "DAC-1"]
        with subprocess.Popen(named, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUTF8": "1"}) as desk:
            assert desk.stdout
            address = desk.stdout.readline().split()[-1]
            with urlopen(address, timeout=30) as page:
                assert b"DAC-1" in page.read()
            times.append(time.perf_counter() - begun)
            desk.terminate()

    times: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        start()
    report("verifier run -> page of the desk, a process of its own", times)


def test_a_frame_becomes_a_verdict_in_the_process(desk: OpenDesk, frames: list[bytes]) -> None:
    watch = Watch()

    def judge(frame: bytes) -> None:
        scan = watch.look(frame, at=0).scan
        assert scan is not None
        assert isinstance(desk.desk.check(scan, None), ScanRecord)
        watch.answered(scan)

    report("frame 1280x720 -> verdict in the journal, in the process", timed([lambda f=f: judge(f) for f in frames]))


def test_an_empty_frame_costs_little_on_average() -> None:
    watch, empty = Watch(), jpeg(in_view())
    times = timed([lambda: watch.look(empty, at=0)] * 60)
    report("frame 1280x720 with nothing in view, every third one enlarged", times)


def test_a_frame_becomes_a_screen_over_http(desk: OpenDesk, frames: list[bytes]) -> None:
    connection = http.client.HTTPConnection(urlsplit(desk.address).netloc)

    def post(frame: bytes) -> None:
        connection.request("POST", "/frame", frame, {"X-Desk": "bench", "Content-Type": "image/jpeg"})
        assert json.load(connection.getresponse())["reason"] == "valid"

    report("frame 1280x720 -> screen, over HTTP", timed([lambda f=f: post(f) for f in frames]))
    connection.close()


def test_a_typed_text_becomes_a_screen_over_http(desk: OpenDesk, cards: list[str]) -> None:
    connection = http.client.HTTPConnection(urlsplit(desk.address).netloc)

    def post(card: str) -> None:
        said = json.dumps({"candidates": [card, card.lower()], "source": "keyboard"})
        connection.request("POST", "/scan", said, {"X-Desk": "bench", "Content-Type": "application/json"})
        assert json.load(connection.getresponse())["reason"] == "valid"

    report("typed text -> screen, over HTTP", timed([lambda c=c: post(c) for c in cards]))
    connection.close()


@pytest.fixture(scope="module")
def film(frames: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Motion JPEG: each card for a third of a second, with a moment of nothing between."""
    path = tmp_path_factory.mktemp("film") / "cards.mjpeg"
    empty = jpeg(in_view())
    path.write_bytes(b"".join(empty * 5 + frame * 10 for frame in frames[:FILMED]))
    return path


@pytest.fixture
def browser(film: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch_with_camera(playwright, film)
        yield browser
        browser.close()


# From the moment a frame is drawn, or a scanned text is complete, to the frame of the screen that shows the verdict.
WATCH_THE_SCREEN = """
window.waits = [];
window.begun = 0;
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  window.drawn = performance.now();
  return draw.apply(this, all);
};
const send = window.fetch;
window.fetch = (path, ...rest) => {
  if (path !== '/state') window.begun = path === '/frame' ? window.drawn : window.pasted;
  return send(path, ...rest);
};
document.addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
  const begun = window.begun;
  if (document.querySelector('#screen [data-look="cleared"]'))
    requestAnimationFrame(() => requestAnimationFrame(() => window.waits.push(performance.now() - begun)));
}).observe(document.querySelector('#screen'), {childList: true}));
"""
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text', text);
  window.pasted = performance.now();
  document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
}"""


@pytest.mark.browser
def test_a_card_before_the_camera_is_on_the_screen(desk: OpenDesk, browser: Browser) -> None:
    context = context_of(browser)
    context.add_init_script(WATCH_THE_SCREEN)
    page = context.new_page()
    page.goto(desk.address)
    page.wait_for_selector('body[data-camera="on"]')
    while len(waits := page.evaluate("window.waits")) < FILMED:
        page.wait_for_timeout(200)
    report("camera frame 1280x720 drawn -> verdict painted, in Chromium", [wait / 1000 for wait in waits])
    context.close()


@pytest.mark.browser
def test_a_scanned_text_is_on_the_screen(desk: OpenDesk, browser: Browser, cards: list[str]) -> None:
    context = context_of(browser)
    context.add_init_script(WATCH_THE_SCREEN + "localStorage.setItem('desk-camera-off', 'yes');")
    page = context.new_page()
    page.goto(desk.address)
    page.wait_for_selector(".counts")
    for number, card in enumerate(cards):
        page.evaluate(PASTE, card)
        while len(waits := page.evaluate("window.waits")) <= number:
            page.wait_for_timeout(10)
    report("last key of a scan -> verdict painted, in Chromium", [wait / 1000 for wait in waits])
    context.close()
