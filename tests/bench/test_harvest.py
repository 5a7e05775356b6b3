"""What a harvest gets, measured against the real gate over HTTP from a thousand addresses; what an answer tells.

The crawler knows everything but the birth dates: it does all the work it is asked for (the sums are made trivial, as if
it had any number of computers), keeps to every bound, and comes back throughout the day. The clock is the test's.
What is counted is what the gate let through: each is one guess at one pair. docs/THREATS.md turns guesses into cards.
"""

import http.client
import math
import os
import re
import shutil
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress.server import create_server

from clearance.issuing.guard import ORDINARY, Policy
from clearance.issuing.lookup import SecondFactor
from clearance.storage.database import SqlDatabase
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from clearance.web.public import gatekeeper, work
from tests.bench import population
from tests.fakes.installation import joined, made_keys
from tests.fakes.office import OfficeAtWork
from tests.fakes.records_keys import KEYS
from tests.integration.gate import field, solved
from tests.integration.worker_pages import open_app
from tests.stack.postgresql import cluster

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

SCALE = int(os.environ.get("HARVEST_SCALE", "10"))
"""The crawl from a thousand networks runs with every bound divided by this; at 1 it takes an hour."""
CARDS, NUMBERS, BIRTH_DATES, SKEW = 2_400_000, 20_000_000, 13_505, 5
"""Live cards among passport numbers in use; dates a worker may be born on; how much more frequent the likeliest are."""
SAID_WRONG = b"No card was found"


def cards(guesses: float) -> tuple[float, float]:
    """How many cards so many guesses find, with birth dates spread evenly, and with the likeliest tried alone."""
    even = guesses * CARDS / NUMBERS / BIRTH_DATES
    return even, even * SKEW


class Crawl:
    """Asks from many addresses; `let_through` counts the pairs that were looked up."""

    def __init__(self, port: int) -> None:
        self._port, self._next, self._random = port, 0, Random(1)
        self.let_through = 0

    def guess(self, address: str) -> bool:
        """One pair more from an address; False where the door is closed."""
        self._next += 1
        asked = {"passport_no": f"A{self._next:08d}", "day": self._random.randint(1, 28), "month": 1, "year": 1990}
        page = self._post(address, asked)
        if b'name="held"' in page:
            text = page.decode()
            page = self._post(address, {"held": field(text, "held"), "wait": "", "work": solved(text)})
        wrong = SAID_WRONG in page
        self.let_through += wrong
        return wrong

    def exhaust(self, addresses: Sequence[str]) -> None:
        """Guess from each in turn until its door is closed."""
        for address in addresses:
            while self.guess(address):
                pass

    def _post(self, address: str, form: dict[str, object]) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, source_address=(address, 0), timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
        connection.request("POST", "/card?lang=en", urlencode(form), headers)
        body = connection.getresponse().read()
        connection.close()
        return body


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "COSTS", (1, 1, 1))
    monkeypatch.setattr(work, "FEWEST_KEYS", 1)
    monkeypatch.setattr(work, "MORE_KEYS", 1)


@contextmanager
def crawled() -> Iterator[tuple[Crawl, OfficeAtWork]]:
    office, app = open_app(Path("nowhere"))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)

    def run() -> None:
        with suppress(OSError):  # lines of the crawl may still be there when the server is closed under it
            server.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield Crawl(server.effective_port), office
    finally:
        server.close()
        thread.join(10)


def day_of(office: OfficeAtWork, *, every: int = 1) -> Iterator[int]:
    """The hours of one day in Dhaka, from midnight, or some of them."""
    office.clock.advance(hours=12)
    for hour in range(0, 24, every):
        yield hour
        office.clock.advance(hours=every)


def test_one_address_finds_less_than_a_card_in_a_hundred_days(easy: None) -> None:
    with crawled() as (crawl, office):
        for _ in day_of(office):
            crawl.exhaust(["127.1.2.3"])
    even, skewed = cards(crawl.let_through)
    print(f"\none address: {crawl.let_through} guesses a day, {even:.4f} cards, {skewed:.4f} at the worst")
    assert crawl.let_through == ORDINARY.network_day
    assert skewed <= 0.01


def test_a_thousand_addresses_of_four_neighbourhoods_find_next_to_nothing(easy: None) -> None:
    addresses = [f"127.7.{n // 250}.{1 + n % 250}" for n in range(1_000)]
    with crawled() as (crawl, office):
        for _ in day_of(office, every=8):
            crawl.exhaust(addresses)
    even, skewed = cards(crawl.let_through)
    print(f"\n1,000 addresses in four /24: {crawl.let_through} guesses a day, {even:.3f} cards, {skewed:.3f} worst")
    assert crawl.let_through == 4 * ORDINARY.wide_day
    assert skewed <= 5


def test_a_thousand_addresses_all_over_the_world_find_less_than_five_cards_a_day(
    easy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cleverest order there is: few addresses use up what raises the guard, the others come fresh after that."""
    policy = divided(ORDINARY, SCALE)
    monkeypatch.setattr(gatekeeper, "ORDINARY", policy)
    addresses = [f"127.{1 + n // 250}.{n % 250}.9" for n in range(1_000)]
    with crawled() as (crawl, office):
        for _ in day_of(office, every=8):
            crawl.exhaust(addresses)
    guesses = crawl.let_through * SCALE
    even, skewed = cards(guesses)
    print(f"\n1,000 addresses everywhere, bounds / {SCALE}: {guesses} a day, {even:.2f} cards, {skewed:.2f} worst")
    assert skewed <= 5


def divided(policy: Policy, by: int) -> Policy:
    bounds = {each.name: max(1, getattr(policy, each.name) // by) for each in fields(policy) if each.type is int}
    kept = {"free_of_passport": policy.free_of_passport, "passport_day": policy.passport_day}
    return replace(policy, **{**bounds, **kept})


# ---- what an answer gives away

PAIRS = int(os.environ.get("HARVEST_PAIRS", "2000"))


def test_a_known_passport_and_an_unknown_one_are_answered_alike_and_as_fast(tmp_path: Path) -> None:
    """2 x 2,000 wrong pairs, one of a number on record and one of a number that is not, in turns, over PostgreSQL.

    Every other number is on record, so that both kinds lie side by side in the database as they do in the world.
    """
    shutil.copytree(made_keys(), tmp_path / "keys")
    with cluster(durable=False) as server:
        population.first(server.url, tmp_path)
        population.fill_postgresql(server.conninfo, tmp_path, 3 * PAIRS)
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM applications WHERE right(passport_no, 1)::int % 2 = 1")
            connection.execute("DELETE FROM earlier_passports")
            connection.execute("VACUUM ANALYZE applications")
        database = SqlDatabase(server.url, keys=KEYS)
        client = app_over(database, tmp_path).test_client(use_cookies=False)
        took, bodies = asked_in_turns(client)
        database.close()
    medians = {kind: statistics.median(each) for kind, each in took.items()}
    apart = abs(medians["known"] - medians["unknown"]) / max(medians.values())
    shown = {kind: round(1000 * each, 3) for kind, each in medians.items()}
    print(f"\nmedians in ms: {shown}, {apart:.1%} apart; KS p = {kolmogorov_smirnov(*took.values()):.3f}")
    assert bodies["known"] == bodies["unknown"]
    assert len(bodies["known"]) == 1
    assert apart < 0.05


def app_over(database: SqlDatabase, home: Path) -> Flask:
    options = WebOptions(
        secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=home / "keys" / "public"
    )
    return create_app(joined(home, database=database).service, options)


def asked_in_turns(client: FlaskClient) -> tuple[dict[str, list[float]], dict[str, set[bytes]]]:
    """Seconds and bodies (without what was typed and tokens) of wrong pairs, by whether the number is on record."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    bodies: dict[str, set[bytes]] = {"known": set(), "unknown": set()}
    for number in range(-100, PAIRS):
        for kind in ("known", "unknown") if number % 2 else ("unknown", "known"):
            passport_no = population.passport(2 * (number + 101) + (kind == "unknown"))
            asked = {"passport_no": passport_no, "day": str(1 + number % 13), "month": "3", "year": "1995"}
            where = {"REMOTE_ADDR": f"{10 if kind == 'known' else 11}.0.{number % 250}.{abs(number) // 250}"}
            begun = time.perf_counter()
            answer = client.post("/card?lang=en", data=asked, environ_base=where)
            spent = time.perf_counter() - begun
            assert answer.status_code == 200
            if number >= 0:
                took[kind].append(spent)
                bodies[kind].add(re.sub(rb'value="[^"]*"', b"", answer.data.replace(passport_no.encode(), b"")))
    return took, bodies


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """The chance that two samples of one kind lie as far apart as these (two-sided, asymptotic)."""
    ordered = sorted([(value, 1) for value in one] + [(value, 0) for value in other])
    ahead, farthest = 0.0, 0.0
    for _, is_one in ordered:
        ahead += 1 / len(one) if is_one else -1 / len(other)
        farthest = max(farthest, abs(ahead))
    strength = farthest * (len(one) * len(other) / (len(one) + len(other))) ** 0.5
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * strength) ** 2) for k in range(1, 101))))
