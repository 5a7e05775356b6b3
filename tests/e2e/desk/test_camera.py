"""The webcam, in a real Chromium with a film for a camera."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests.e2e.conftest import launch, launch_with_camera
from tests.e2e.desk.counter import REVOKED_IDX, Counter, counter_at
from tests.e2e.film import y4m
from tests.unit.desk.bureau import Bureau, tampered
from tests.unit.desk.pictures import in_view, qr_image
from verifier.bootstrap import OpenDesk

pytestmark = pytest.mark.browser


def film_of(path: Path, *texts: str) -> Path:
    """Half a second of nothing, then the codes in view for a second."""
    frames = [in_view()] * 5 + [in_view(*(qr_image(text) for text in texts))] * 10
    return y4m(path, frames)


@pytest.mark.parametrize(("kind", "look"), [("good", "cleared"), ("forged", "stop"), ("revoked", "stop")])
def test_the_camera_sees_a_card_without_a_click(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path, kind: str, look: str
) -> None:
    cards = {"good": bureau.card(), "forged": tampered(bureau.card()), "revoked": bureau.card(idx=REVOKED_IDX)}
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m", cards[kind]))
    with counter_at(browser, desk) as counter:
        counter.look(look)
        shown = "MD KARIM UDDIN" in counter.page.locator("#screen").inner_text()
        assert shown == (kind != "forged")
        assert counter.complaints == []
    browser.close()


def test_a_stop_from_the_camera_stays_until_a_key_and_then_the_camera_goes_on(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m", bureau.card(idx=REVOKED_IDX)))
    with counter_at(browser, desk) as counter:
        counter.look("stop")
        kept = counter.tally().kept
        counter.page.wait_for_timeout(4_000)
        counter.look("stop")
        assert counter.tally().kept == kept
        counter.next()
        expect(counter.page.locator("#camera-says")).to_contain_text("এইমাত্র যাচাই হয়েছে")
        counter.page.wait_for_timeout(1_000)
        counter.look("ready")
        counter.paste(bureau.card())
        counter.look("cleared")
    browser.close()


def test_the_camera_can_be_switched_off_and_stays_off(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m"))
    with counter_at(browser, desk) as counter:
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        counter.press("c")
        expect(counter.page.locator("#camera-says")).to_contain_text("ক্যামেরা বন্ধ")
        counter.page.reload()
        expect(counter.page.locator("#camera-says")).to_contain_text("ক্যামেরা বন্ধ")
        counter.press("c")
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
    browser.close()


def test_the_camera_chosen_once_is_taken_again(playwright: Playwright, desk: OpenDesk) -> None:
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=2")
    browser = launch(playwright, *flags)
    with counter_at(browser, desk) as counter:
        picker = counter.page.locator("#cameras")
        expect(picker.locator("option")).to_have_count(2)
        first = picker.input_value()
        second = [option.get_attribute("value") for option in picker.locator("option").all()][1]
        assert first != second
        picker.select_option(index=1)
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        counter.page.reload()
        expect(picker).to_have_value(second or "")
    browser.close()


def test_without_a_camera_the_page_says_what_still_works(counter: Counter) -> None:
    expect(counter.page.locator("#camera-says")).to_contain_text("ইউএসবি স্ক্যানার ও ফাইল কাজ করে")


@pytest.mark.parametrize(
    ("error", "said"),
    [("NotAllowedError", "ক্যামেরার অনুমতি নেই"), ("NotReadableError", "অন্য প্রোগ্রাম ক্যামেরা ব্যবহার করছে")],
)
def test_a_camera_that_cannot_be_had_says_why(context: BrowserContext, desk: OpenDesk, error: str, said: str) -> None:
    context.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{error}'));"
    )
    counter = Counter(context.new_page(), desk)
    expect(counter.page.locator("#camera-says")).to_contain_text(said)


def test_an_unplugged_camera_is_named_and_comes_back(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m"))
    with counter_at(browser, desk) as counter:
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        counter.page.evaluate(
            "() => document.querySelector('#video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
        )
        expect(counter.page.locator("#camera-says")).to_contain_text("ক্যামেরার তার খোলা")
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached(timeout=8_000)
    browser.close()


def test_among_foreign_codes_in_view_the_card_is_found(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    film = film_of(tmp_path / "film.y4m", "WIFI:S:guest;T:WPA;;", bureau.card())
    browser = launch_with_camera(playwright, film)
    with counter_at(browser, desk) as counter:
        counter.look("cleared")
    browser.close()


def test_two_people_s_cards_in_view_give_no_verdict_and_are_said(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    two = (qr_image(bureau.card(clearance_no=f"BMET-26-{number}"), module_px=3) for number in ("A", "B"))
    browser = launch_with_camera(playwright, y4m(tmp_path / "film.y4m", [in_view(*two)]))
    with counter_at(browser, desk) as counter:
        before = counter.tally().kept
        expect(counter.page.locator("#camera-says")).to_contain_text("দুটি ছাড়পত্র কার্ড দেখা যাচ্ছে")
        counter.look("ready")
        assert counter.tally().kept == before
    browser.close()


FILM_OF_NOTHING = "--use-fake-device-for-media-stream"
LAMP = """
  window.lamp = [];
  const Track = MediaStreamTrack.prototype;
  const settings = Track.getSettings;
  Track.getCapabilities = () => ({ torch: true, focusMode: ["manual", "continuous"] });
  Track.getSettings = function () { return { ...settings.call(this), torch: window.lamp.at(-1)?.torch ?? false }; };
  Track.applyConstraints = async ({ advanced: [wanted] }) => { if ("torch" in wanted) window.lamp.push(wanted); };
"""


def test_a_camera_with_a_light_offers_it_and_another_does_not(playwright: Playwright, desk: OpenDesk) -> None:
    browser = launch(playwright, "--use-fake-ui-for-media-stream", FILM_OF_NOTHING)
    with counter_at(browser, desk) as counter:
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        expect(counter.page.locator("#torch")).to_be_hidden()
        counter.page.add_init_script(LAMP)
        counter.page.reload()
        torch = counter.page.locator("#torch")
        expect(torch).to_have_attribute("aria-pressed", "false")
        counter.press("t")
        expect(torch).to_have_attribute("aria-pressed", "true")
        torch.click()
        expect(torch).to_have_attribute("aria-pressed", "false")
        assert counter.page.evaluate("window.lamp") == [{"torch": True}, {"torch": False}]
        assert counter.complaints == []
    browser.close()
