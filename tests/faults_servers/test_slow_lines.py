"""Hundreds of lines that send a byte now and then: behind the shipped proxy, good visitors do not notice them."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults_servers import LONG, short_or_long
from tests.faults_servers.lines import Answer, Browser
from tests.faults_servers.slow import SlowLines
from tests.faults_servers.street import Street, open_street

SLOW = short_or_long(300, 800)
HELD_S = short_or_long(8, 60)
WORST_S = short_or_long(5, 1)
"""A second on a machine with nothing else to do; a run of every day shares its machine."""


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street")) as opened:
        yield opened


def visits(visitor: Browser, *, seconds: float) -> None:
    """What a worker does: the first page, its style, a look-up."""
    ends = time.monotonic() + seconds
    number = 0
    while time.monotonic() < ends:
        number += 1
        visitor.get("/")
        visitor.get("/static/public.css")
        if number % 5 == 1:
            visitor.look_up(f"B{number * 61_803_399 % 10**8:08d}")
        time.sleep(0.05)


def was_served(answer: Answer) -> bool:
    """A page, or the page of the gate that asks for work."""
    return answer.status == 200 or (answer.status == 429 and 'name="held"' in answer.text)


def under_slow_lines(lines: SlowLines, visitors: list[Browser]) -> None:
    crowd = threading.Thread(target=lines.hold, args=(HELD_S + 3,))
    crowd.start()
    time.sleep(3)
    good = [threading.Thread(target=visits, args=(visitor,), kwargs={"seconds": HELD_S}) for visitor in visitors]
    for thread in good:
        thread.start()
    for thread in (*good, crowd):
        thread.join()


def test_good_visitors_are_served_while_hundreds_of_lines_are_slow(street: Street) -> None:
    lines = SlowLines(host="localhost", port=street.port, count=SLOW, trusted=street.trusted)
    visitors = [street.visitor(f"127.0.0.{last}") for last in (9, 10)]
    under_slow_lines(lines, visitors)
    heard = [answer for visitor in visitors for answer in visitor.heard]
    served, worst = sum(was_served(answer) for answer in heard), max(answer.seconds for answer in heard)
    print(
        f"\n{lines.most_open} slow lines at once: {served} of {len(heard)} served, worst {worst:.2f} s; {lines.ended}"
    )
    assert lines.most_open > 0.8 * SLOW
    assert served >= 0.99 * len(heard)
    assert lines.ended["closed by the server"] >= SLOW / 2, "slow heads are not borne for ever"
    assert worst < WORST_S


@pytest.mark.skipif(not LONG, reason="tells of what is not promised: CLEARANCE_LONG_FAULTS=1")
def test_without_the_proxy_what_happens_is_written_down(street: Street) -> None:
    port = street.web[0].port
    lines = SlowLines(host="127.0.0.1", port=port, count=SLOW)
    visitors = [Browser(port=port, address="127.0.0.9", within_s=5)]
    under_slow_lines(lines, visitors)
    heard = visitors[0].heard
    served, worst = sum(answer.status == 200 for answer in heard), max(answer.seconds for answer in heard)
    print(f"\nwithout a proxy, {lines.most_open} slow lines: {served} of {len(heard)} served, worst {worst:.2f} s")
    ends = time.monotonic() + 60
    while visitors[0].get("/").status != 200:
        assert time.monotonic() < ends, "it does not come back when the slow lines have gone"
