"""Desks of one airport that hear of each other through a relay, while no line leads out of the building."""

import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import Request

import pytest

from tests.integration.test_desk_exchange import DeskAtWork
from tests.unit.desk.bureau import NOW
from verifier.acts import Departure
from verifier.exchange import Exchange
from verifier.heard import SharedJournal
from verifier.line import Line
from verifier.relay import Marks
from verifier.relay_cli import serving
from verifier.relay_link import KnownRelay, NotARelay, RelayCode, join, known_relay
from verifier.sync import opener

CARD = "BMET-2026-0000000001"


@pytest.fixture
def code(tmp_path: Path) -> Iterator[RelayCode]:
    with serving(tmp_path / "relay-home", listen="127.0.0.1", port=0, now=NOW) as said:
        yield RelayCode.read(said)


def desk_at(relay: KnownRelay, home: Path, name: str) -> DeskAtWork:
    """A desk whose only line is the one to the relay."""
    made = DeskAtWork(name=name, desk_id=name, home=home / name, url=relay.url, token=relay.secret, line=None)  # type: ignore[arg-type]
    line = Line(name="relay", url=relay.url, token=lambda: relay.secret, opener=opener(relay.context()))
    made.exchange = Exchange(line, made.journal, made.heard, now=lambda: made.at)
    return made


def test_a_card_used_at_one_counter_is_known_at_the_next(code: RelayCode, tmp_path: Path) -> None:
    relay = join(tmp_path / "relay.json", code)
    here, there = desk_at(relay, tmp_path, "DAC-1"), desk_at(relay, tmp_path, "DAC-2")
    here.scan(CARD, let_pass=True)
    here.scan("BMET-2026-0000000002", let_pass=False)
    assert here.exchange.exchange()
    assert there.exchange.exchange()
    memory = SharedJournal(own=there.journal, heard=there.heard)
    assert memory.departure_of(CARD) == Departure(desk="DAC-1", at=here.at - 55)
    assert memory.departure_of("BMET-2026-0000000002") is None
    here.journal.close()
    there.journal.close()


def test_what_the_relay_heard_survives_it_and_counts_once(tmp_path: Path) -> None:
    home = tmp_path / "relay-home"
    with serving(home, listen="127.0.0.1", port=0, now=NOW) as said:
        relay = join(tmp_path / "relay.json", RelayCode.read(said))
        here = desk_at(relay, tmp_path, "DAC-1")
        for person in range(3):
            here.scan(f"BMET-2026-{person}", let_pass=True)
        assert here.exchange.exchange()
    (here.home / "heard.db").unlink()
    with serving(home, listen="127.0.0.1", port=0, now=NOW) as said:
        again = join(tmp_path / "relay.json", RelayCode.read(said))
        assert (again.certificate, again.secret) == (relay.certificate, relay.secret)
        here.exchange = desk_at(again, tmp_path, "DAC-1").exchange
        other = desk_at(again, tmp_path, "DAC-2")
        here.scan("BMET-2026-3", let_pass=True)
        for desk in (here, other):
            assert desk.exchange.exchange()
        for person in range(4):
            assert other.heard.departure_of(f"BMET-2026-{person}") is not None
    assert len(Marks(home / "relay" / "marks.db").after(0, limit=10)) == 4


def test_the_relay_keeps_no_passport_and_no_text_of_a_card(code: RelayCode, tmp_path: Path) -> None:
    here = desk_at(join(tmp_path / "relay.json", code), tmp_path, "DAC-1")
    here.scan(CARD, let_pass=True)
    here.forgery()
    assert here.exchange.exchange()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "relay-home" / "relay").glob("marks.db*"))
    assert CARD.encode() in kept
    assert b"A01234567" not in kept
    assert b"bmet.example" not in kept


def test_without_the_secret_nothing_is_heard_and_nothing_told(code: RelayCode, tmp_path: Path) -> None:
    relay = join(tmp_path / "relay.json", code)
    request = Request(f"{relay.url}/api/desks/departures", headers={"Authorization": "Bearer guess"})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        opener(relay.context()).open(request, timeout=5)


def test_a_desk_talks_to_the_relay_it_met_and_to_no_other(code: RelayCode, tmp_path: Path) -> None:
    relay = join(tmp_path / "relay.json", code)
    with serving(tmp_path / "impostor", listen="127.0.0.1", port=0, now=NOW) as said:
        impostor = RelayCode.read(said)
        with pytest.raises(NotARelay):
            join(tmp_path / "other.json", replace(impostor, certificate_sha256=code.certificate_sha256))
        here = desk_at(replace(relay, url=impostor.url), tmp_path, "DAC-1")
        here.scan(CARD, let_pass=True)
        assert not here.exchange.exchange()
        assert here.exchange.unsent() == 1


@pytest.mark.parametrize("text", ["", "RELAY", "https://127.0.0.1:8101", "RELAY http://127.0.0.1:8101 " + "0" * 64])
def test_only_the_line_of_a_relay_is_taken(text: str) -> None:
    with pytest.raises(NotARelay):
        RelayCode.read(text)


def test_a_desk_that_met_no_relay_has_none(tmp_path: Path) -> None:
    assert known_relay(tmp_path / "relay.json") is None
    (tmp_path / "relay.json").write_text("{}")
    assert known_relay(tmp_path / "relay.json") is None


def test_the_command_says_the_line_and_desks_join_with_it(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "verifier"]
    run = [*program, "relay", "run", "--home", str(tmp_path / "server"), "--listen", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True, env={"PYTHONUNBUFFERED": "1"}) as relay:
        assert relay.stdout is not None
        lines = [relay.stdout.readline() for _ in range(3)]
        line = lines[2].strip().removeprefix('verifier relay join "').removesuffix('"')
        joined = subprocess.run(
            [*program, "relay", "join", "--home", str(tmp_path / "desk"), line],
            capture_output=True,
            text=True,
            check=False,
        )
        relay.terminate()
        assert relay.wait(20) == 0
    assert (joined.returncode, joined.stderr) == (0, "")
    assert known_relay(tmp_path / "desk" / "relay.json") is not None
