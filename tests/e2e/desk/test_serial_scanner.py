"""A serial scanner, in a real Chromium: a pseudo-terminal at one end, the verdict at the other, no click between."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.desk.counter import REVOKED_IDX, Counter, counter_at, serving
from tests.unit.desk.bureau import Bureau
from tests.unit.desk.zones import zone

pytestmark = pytest.mark.browser


@dataclass
class Cable:
    """Both ends of a serial line; the desk reads the one at `device`."""

    master: int
    slave: int

    @property
    def device(self) -> str:
        return os.ttyname(self.slave)

    def send(self, text: str) -> None:
        os.write(self.master, text.encode())


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable(*os.openpty())
    yield cable
    for end in (cable.slave, cable.master):
        os.close(end)


@pytest.fixture
def counter(browser: Browser, bureau: Bureau, cable: Cable, tmp_path: Path) -> Iterator[Counter]:
    """A desk that remembers this port from yesterday."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "serial-port").write_text(cable.device)
    with serving(bureau, tmp_path / "home") as desk, counter_at(browser, desk) as counter:
        expect(counter.page.locator("#ports-say")).to_contain_text(cable.device)
        yield counter
        assert counter.complaints == []


def test_a_card_and_a_passport_are_heard_without_a_key(counter: Counter, bureau: Bureau, cable: Cable) -> None:
    cable.send("]Q1" + bureau.card() + "\r\n")
    counter.look("cleared")
    cable.send("\r\n".join(zone("A01234567")) + "\r\n")
    expect(counter.page.locator(".steps .done")).to_have_count(2)
    assert [row.reason for row in (counter.desk.desk.journal.scan(number) for number in (1, 2)) if row] == ["valid"] * 2


def test_a_stop_waits_for_a_key_whatever_the_scanner_sends(counter: Counter, bureau: Bureau, cable: Cable) -> None:
    cable.send(bureau.card(idx=REVOKED_IDX) + "\r")
    counter.look("stop")
    cable.send(bureau.card() + "\r")
    expect(counter.page.locator("#note")).to_contain_text("আগে Space চাপুন")
    counter.look("stop")


def test_the_test_code_is_tried_over_the_serial_line_too(counter: Counter, cable: Cable) -> None:
    counter.press("F8")
    expect(counter.page.locator("#settings")).to_be_visible()
    cable.send(counter.page.locator("#test-text").inner_text() + "\r")
    expect(counter.page.locator('#test-says [data-word="test_right"]')).to_be_visible()


def test_the_chosen_port_is_shown_and_can_be_given_up(counter: Counter, bureau: Bureau, cable: Cable) -> None:
    counter.press("F8")
    expect(counter.page.locator("#ports")).to_have_value(cable.device)
    counter.page.locator("#ports").select_option("none")
    expect(counter.page.locator("#note")).to_contain_text("স্ক্যানারের তার খোলা")
    expect(counter.page.locator("#ports-say")).to_contain_text("কোনো সিরিয়াল স্ক্যানার যুক্ত নেই")
