"""How a look-up grows with the number of clearances: at the driver and over HTTP, each beside its floor.

Over HTTP what counts is the processor's time of server and database for a request, in turns with a bare Flask answer of
the same server (`hello`). `plain` is the look-up alone (statement, decision, a line of text), `page` the whole answer
of the service: limits, gate, sealed ticket and page.

GROWTH_SIZES (default 10000,1000000; the long run adds 10000000: 25 GB for either database, made in 15 minutes each,
and SQLite's thrown away at its end) and GROWTH_KINDS (sqlite,postgresql).
"""

import http.client
import os
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import psycopg
import pytest

from clearance.storage.database import SqlDatabase
from tests.bench import nation, population
from tests.fakes.installation import made_keys
from tests.fakes.records_keys import KEYS
from tests.stack.program import Program, children, free_port, listens, running

pytestmark = [pytest.mark.bench, pytest.mark.timeout(10_800)]

SIZES = [int(size) for size in os.environ.get("GROWTH_SIZES", "10000,1000000").split(",")]
KINDS = os.environ.get("GROWTH_KINDS", "sqlite,postgresql").split(",")
BORN = date(1995, 3, 14)
ROUNDS, CALLS = 31, 100
HTTP_ROUNDS, HTTP_CALLS = 9, 150
RAW = "SELECT reference, state FROM applications WHERE passport_no = {0} AND birth_date = {0}"
ASKED = (
    "ix_applications_person",
    "ix_earlier_passports_passport_no",
    "pk_applications",
    "ix_clearances_application_reference",
)
"""The indexes in which a look-up ends."""
AT_THE_DRIVER, OVER_HTTP = 1.4, 1.75
PLAIN_OVER_HELLO = {"sqlite": 2.5, "postgresql": 3.5}


@dataclass
class Figures:
    """Medians over the rounds; `us` are microseconds of wall at the driver, `cpu_ms` of a processor over HTTP."""

    us: dict[str, list[float]] = field(default_factory=dict)
    p99: dict[str, float] = field(default_factory=dict)
    cpu_ms: dict[str, list[float]] = field(default_factory=dict)

    def p50(self, name: str) -> float:
        return statistics.median(self.us[name])

    def cpu(self, name: str) -> float:
        return statistics.median(self.cpu_ms[name])

    def times(self, name: str, floor: str) -> float:
        pairs = zip(self.cpu_ms[name], self.cpu_ms[floor], strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A database with so many people."""

    url: str
    home: Path
    clearances: int
    raw: Callable[[str], object]
    backends: Callable[[], float]


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_up_hardly_grows_with_the_country(kind: str, tmp_path: Path) -> None:
    found: dict[int, Figures] = {}
    for size in SIZES:
        with (postgres if kind == "postgresql" else sqlite)(size, tmp_path / str(size)) as filled:
            found[size] = Figures()
            at_the_driver(filled, found[size])
            over_http(filled, found[size])
        say(kind, size, found[size])
    least, most = found[SIZES[0]], found[SIZES[-1]]
    raw, ours = (most.p50(name) / least.p50(name) for name in ("raw", "glance"))
    http = most.times("page", "hello") / least.times("page", "hello")
    plain, page = (most.times(name, "hello") for name in ("plain", "page"))
    print(f"{kind}: {SIZES[0]:,} to {SIZES[-1]:,}: driver x {raw:.2f}, look-up x {ours:.2f}, over HTTP x {http:.2f}")
    print(f"{kind}: over a hello, plain look-up x {plain:.2f} (goal {PLAIN_OVER_HELLO[kind]}), whole page x {page:.2f}")
    assert raw <= AT_THE_DRIVER
    assert ours <= AT_THE_DRIVER
    assert http <= OVER_HTTP
    assert plain <= PLAIN_OVER_HELLO[kind]


# ---- the databases


@contextmanager
def postgres(size: int, _folder: Path) -> Iterator[Filled]:
    with nation.filled(size) as (cluster, home), psycopg.connect(cluster.conninfo, autocommit=True) as connection:
        _warm(connection)
        statement = RAW.format("%s")

        def raw(passport_no: str) -> object:
            return connection.execute(statement, (passport_no, BORN), prepare=True).fetchall()

        def backends() -> float:
            return sum(map(nation.processor_s, children(cluster.program.pid)))

        yield Filled(url=cluster.url, home=home, clearances=size, raw=raw, backends=backends)


def _warm(connection: psycopg.Connection) -> None:
    """What a server that has been up for a day has in its memory: the indexes of look-ups, 1 GB at ten million. Rows
    come from wherever they are."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    for index in ASKED:
        connection.execute("SELECT pg_prewarm(%s)", (index,))


@contextmanager
def sqlite(size: int, folder: Path) -> Iterator[Filled]:
    folder.mkdir()
    path = folder / "clearance.db"
    shutil.copytree(made_keys(), folder / "keys")
    population.first(f"sqlite:///{path}", folder)
    began = time.monotonic()
    population.fill_sqlite(path, folder, size)
    print(f"\n{size:,} clearances in SQLite in {time.monotonic() - began:.0f} s, {path.stat().st_size / 1e9:.1f} GB")
    connection = sqlite3.connect(path)
    statement, born = RAW.format("?"), BORN.isoformat()
    yield Filled(
        url=f"sqlite:///{path}",
        home=folder,
        clearances=size,
        raw=lambda passport_no: connection.execute(statement, (passport_no, born)).fetchall(),
        backends=lambda: 0.0,
    )
    connection.close()
    shutil.rmtree(folder)


# ---- at the driver


def at_the_driver(filled: Filled, figures: Figures) -> None:
    """The bare query of the driver and our look-up's statement, in turns, over people picked anywhere."""
    database, picked = SqlDatabase(filled.url, keys=KEYS), Random(7)
    calls: dict[str, Callable[[str], object]] = {
        "raw": filled.raw,
        "glance": lambda passport_no: database.glance(passport_no, birth_date=BORN),
    }
    every: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS + 3):
        for name, call in calls.items():
            took = []
            for _ in range(CALLS):
                passport_no = population.passport(picked.randrange(filled.clearances))
                began = time.perf_counter()
                found = call(passport_no)
                took.append(1e6 * (time.perf_counter() - began))
                assert found
            if number >= 3:
                figures.us.setdefault(name, []).append(statistics.median(took))
                every[name] += took
    figures.p99 = {name: sorted(took)[int(0.99 * len(took))] for name, took in every.items()}
    database.close()


# ---- over HTTP

SERVER = """
import sys
from datetime import date
from pathlib import Path
from flask import Flask, request
from waitress import serve
from clearance.issuing.lookup import SecondFactor, lookup
from clearance.storage.database import SqlDatabase
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.installation import joined
from tests.fakes.records_keys import KEYS

url, home, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
service = joined(home, database=SqlDatabase(url, keys=KEYS)).service
options = WebOptions(
    secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=home / "keys" / "public",
    trusted_proxies=1,
)
whole, bare = create_app(service, options), Flask("bare")

@bare.get("/hello")
def hello():
    return "hello"

@bare.get("/plain/<number>")
def plain(number):
    found = lookup(service, passport_no=number, birth_date=date(1995, 3, 14), second_factor=SecondFactor.BIRTH_DATE)
    return found.clearance.clearance_no

def either(environ, start_response):
    path = environ["PATH_INFO"]
    return (bare if path == "/hello" or path.startswith("/plain/") else whole)(environ, start_response)

serve(either, host="127.0.0.1", port=port, threads=4, _quiet=True, clear_untrusted_proxy_headers=False)
"""


def over_http(filled: Filled, figures: Figures) -> None:
    """The same server answers hello, the plain look-up and the whole page, in turns."""
    port = free_port()
    command = [sys.executable, "-c", SERVER, filled.url, filled.home, port]
    environment = {"PYTHONPATH": str(nation.ROOT)}
    log = filled.home / "bench.log"
    with ExitStack() as stack:
        program = Program(command, answers=listens(port), environment=environment, log=log)
        server = stack.enter_context(running(program))
        asker = stack.enter_context(closing(Asker(port, filled.clearances)))
        kinds: dict[str, Callable[[], None]] = {"hello": asker.hello, "plain": asker.plain, "page": asker.page}
        for number in range(HTTP_ROUNDS + 2):
            for name, ask in kinds.items():
                before = nation.processor_s(server.pid) + filled.backends()
                for _ in range(HTTP_CALLS):
                    ask()
                spent = nation.processor_s(server.pid) + filled.backends() - before
                if number >= 2:
                    figures.cpu_ms.setdefault(name, []).append(1000 * spent / HTTP_CALLS)


class Asker:
    """One browser with one line, at another address each time."""

    def __init__(self, port: int, clearances: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._clearances, self._picked, self._count = clearances, Random(11), 0

    def hello(self) -> None:
        self._ask("GET", "/hello")

    def plain(self) -> None:
        self._ask("GET", f"/plain/{self._somebody()}")

    def page(self) -> None:
        day, month, year = (population.BORN[part] for part in ("day", "month", "year"))
        asked = urlencode({"passport_no": self._somebody(), "day": day, "month": month, "year": year})
        self._ask("POST", "/card?lang=bn", asked)

    def close(self) -> None:
        self._line.close()

    def _somebody(self) -> str:
        return population.passport(self._picked.randrange(self._clearances))

    def _ask(self, method: str, path: str, form: str | None = None) -> None:
        self._count += 1
        address = f"10.{self._count // 62_500}.{self._count // 250 % 250}.{self._count % 250}"
        headers = {"X-Forwarded-For": address}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._line.request(method, path, form, headers)
        answer = self._line.getresponse()
        answer.read()
        assert answer.status == 200, f"{path} {answer.status}"


def say(kind: str, size: int, figures: Figures) -> None:
    print(f"\n{kind}, {size:,} clearances")
    for name in figures.us:
        print(f"  driver {name:7} p50 {figures.p50(name):8.1f} us, p99 {figures.p99[name]:8.1f} us")
    for name in figures.cpu_ms:
        print(
            f"  HTTP   {name:7} {figures.cpu(name):8.2f} ms of a processor, x {figures.times(name, 'hello'):.2f} hello"
        )
