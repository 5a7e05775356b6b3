"""A national installation for an hour: PostgreSQL with a million clearances, Redis, web processes, and a crowd.

The filled server is kept in a folder (CLEARANCE_BENCH_CACHE, else the folder for temporary files) under a name that
changes with the schema: the next run finds it. Throw the folder away to have the disk back.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import gettempdir

from tests.bench import population
from tests.fakes.installation import made_keys
from tests.stack import postgresql, programs
from tests.stack.postgresql import Cluster
from tests.stack.program import children
from tests.stack.redis import Redis, redis

ROOT = Path(__file__).parents[2]
SETTINGS = ("shared_buffers=2GB", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=8GB")


LARGEST_CROWD = 40_000
_crowds = count()


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The servers at work; `seconds_of` tells what each has used of a processor."""

    port: int
    web: int
    postgresql: Cluster
    redis: Redis
    home: Path

    def seconds_used(self) -> dict[str, float]:
        """Seconds of a processor so far, by program; what the database's sessions of now have used is among it."""
        roots = {"web": self.web, "database": self.postgresql.program.pid, "counts": self.redis.program.pid}
        return {name: sum(map(processor_s, [pid, *children(pid)])) for name, pid in roots.items()}


def processor_s(pid: int) -> float:
    """Seconds of a processor that a process has used (Linux); 0 where it is gone."""
    try:
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0.0
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def cache() -> Path:
    """Where filled databases are kept."""
    return Path(os.environ.get("CLEARANCE_BENCH_CACHE", gettempdir()))


def schema_digest() -> str:
    """Changes whenever a filled database of before would no longer fit."""
    parts = sorted((ROOT / "clearance/storage/migrations/versions").glob("0*.py"))
    parts += [ROOT / "tests/bench/population.py", *sorted((ROOT / "clearance/storage").glob("tables*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()[:12]


@contextmanager
def filled(clearances: int) -> Iterator[tuple[Cluster, Path]]:
    """A PostgreSQL server with so many clearances, and the home of its installation (keys, documents)."""
    folder = cache() / f"clearance-{schema_digest()}-{clearances}"
    whole = folder / "filled"
    if folder.exists() and not whole.exists():
        shutil.rmtree(folder)  # a run that was cut off
    with postgresql.kept(folder, settings=SETTINGS) as cluster:
        home = folder / "home"
        if not whole.exists():
            began = time.monotonic()
            home.mkdir()
            shutil.copytree(made_keys(), home / "keys")
            population.first(cluster.url, home)
            population.fill_postgresql(cluster.conninfo, home, clearances)
            whole.touch()
            print(f"\n{clearances:,} clearances laid down in {time.monotonic() - began:.0f} s")
        yield cluster, home


@contextmanager
def served(*, clearances: int, processes: int) -> Iterator[Stack]:
    """The whole stack, warm."""
    with filled(clearances) as (cluster, home), redis() as counts:
        (home / "clearance.toml").write_text(
            f'environment = "demo"\ndatabase_url = "{cluster.url}"\nembedded_worker = false\n'
            f'limiter_storage = "{counts.url}"\n'
        )
        with programs.web_server(home, processes=processes, log=home / "web.log") as web:
            yield Stack(port=web.port, web=web.program.pid, postgresql=cluster, redis=counts, home=home)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came of a crowd: seconds from the moment a request was due to its whole answer, by kind of request."""

    seconds: dict[str, list[float]]
    codes: dict[str, int]
    failed: dict[str, int]
    unexplained: int
    processor_s: float

    @property
    def answers(self) -> int:
        return sum(map(len, self.seconds.values()))

    def quantile(self, q: float, kind: str | None = None) -> float:
        """The q-quantile in milliseconds, of one kind or of all."""
        taken = sorted(s for name, each in self.seconds.items() if kind in (None, name) for s in each)
        return 1000 * taken[min(len(taken) - 1, int(q * len(taken)))]

    def say(self) -> None:
        print(f"{self.answers} answers, {sum(self.failed.values())} failed {self.failed or ''}, codes {self.codes}")
        for kind in (*self.seconds, None):
            p = " ".join(f"p{100 * q:g} {self.quantile(q, kind):7.1f}" for q in (0.5, 0.95, 0.99, 0.999, 1))
            count = len(self.seconds[kind]) if kind else self.answers
            print(f"  {kind or 'all':10} {count:6} x  {p} ms")


def crowd(stack: Stack, *, a_second: float, seconds: float, clearances: int) -> Load:
    """Visitors in a process of their own (`tests.bench.crowd`)."""
    first = next(_crowds) * LARGEST_CROWD
    numbers = map(str, (stack.port, a_second, seconds, clearances, first))
    command = [sys.executable, "-m", "tests.bench.crowd", *numbers]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    return Load(**json.loads(done.stdout))
