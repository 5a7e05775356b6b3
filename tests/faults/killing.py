"""An office of real programs of which one after the other is killed, at random moments, while it is at work."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from clearance.bootstrap import open_service, read_settings, signer_address
from clearance.channel.client import RemoteSigning
from clearance.issuing.ports import NotSigned
from clearance.issuing.service import Service
from tests.faults.invariants import Told, violations
from tests.faults.load import Load
from tests.faults.office import Laid
from tests.faults.zygote import Quick, zygote
from tests.stack import programs
from tests.stack.program import Program, free_port, listens
from verifier.journal import ScanJournal

MEAN_WAIT_S = 0.2
"""Between a program that is back and the next kill; the time between is drawn from an exponential distribution."""
BACK_WITHIN_S = 10.0
SENT_WITHIN_S = 90.0
GETS_GOING_WITHIN_S = 90.0
WORK_WITHIN_S = 1.0
AGAIN_AT_ONCE = 0.15
"""How often a program is killed a second time while it comes back."""
TWO_AT_ONCE = 0.2
SYNC_EVERY_S = 5


@dataclass(kw_only=True)
class Killed:
    """What the killing came to."""

    kills: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    """The longest that a program needed until it answered again."""
    told: Told = field(default_factory=Told)
    batches: int = 0
    orders_again: int = 0
    """Of steps of batches, for rows that were given up."""

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {name}" for name, count in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({kills}); {self.told}; {self.batches} batches, "
            f"{self.orders_again} steps of them ordered again; slowest return {self.slowest_s:.1f} s"
        )


@dataclass(kw_only=True)
class Running:
    """The four programs, by name, and where they answer."""

    laid: Laid
    quick: dict[str, Quick]
    real: dict[str, Program]
    web: str
    desk: str


def kill_at_random(laid: Laid, *, points: int, seed: int, logs: Path, victims: Sequence[str]) -> Killed:
    """Run everything under load, kill `points` times, bring all to its end; what it came to. Violations are raised.

    A name that stands more often among the victims is killed more often.
    """
    killed, chance = Killed(), Random(seed)
    with started(laid, logs) as running, open_service(laid.home) as service:
        load = Load(laid=laid, service=service, web=running.web, desk=running.desk, told=killed.told)
        with load.running():
            _get_going(killed.told)
            while killed.kills.total() < points:
                _wait_for_work(killed.told)
                time.sleep(chance.expovariate(1 / MEAN_WAIT_S))
                names = set(chance.choices(victims, k=2 if chance.random() < TWO_AT_ONCE else 1))
                for name in names:
                    running.quick[name].kill()
                    killed.kills[name] += 1
                if chance.random() < AGAIN_AT_ONCE:
                    _kill_while_it_starts(running.quick[name], chance)
                    killed.kills[name] += 1
                for name in names:
                    _come_back(running.quick[name], killed)
        killed.batches, killed.orders_again = load.batches, load.orders_again
        _replace_by_the_real_ones(running, killed)
        _let_everything_arrive(laid, service)
    found = violations(laid.home, killed.told, journals=[laid.desk / "journal.db"])
    assert not found, "\n".join([str(killed), *found])
    assert killed.slowest_s < BACK_WITHIN_S, f"nothing is lost, and a program was away for too long: {killed}"
    return killed


@contextmanager
def started(laid: Laid, logs: Path) -> Iterator[Running]:
    """Signing service, web, worker and desk of an office, at work."""
    web_port, desk_port, home = free_port(), free_port(), laid.home
    web, desk = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{desk_port}"
    signing = RemoteSigning(signer_address(read_settings(home)))

    def signs() -> bool:
        try:
            signing.state()
        except NotSigned:
            return False
        return True

    issuer = ("--issuer", web, "--desk", "DAC-1")
    commands = {
        "signer": ("clearance", ("signer", "run", "--home", home), signs),
        "web": ("clearance", ("serve", "--home", home, "--port", web_port), listens(web_port)),
        "worker": ("clearance", ("worker", "run", "--home", home), lambda: True),
        "desk": ("verifier", ("run", "--home", laid.desk, "--port", desk_port, *issuer), listens(desk_port)),
    }
    modules = {"clearance": "clearance.cli", "verifier": "verifier.__main__"}
    often = {"VERIFIER_SYNC_EVERY_S": str(SYNC_EVERY_S)}
    with zygote(often) as mother:
        quick = {
            name: Quick(mother, modules[module], *arguments, answers=answers, log=logs / f"{name}.log")
            for name, (module, arguments, answers) in commands.items()
        }
        real = {
            name: Program(
                programs.python(module, *arguments), answers=answers, environment=often, log=logs / f"{name}.log"
            )
            for name, (module, arguments, answers) in commands.items()
        }
        for program in quick.values():
            program.start(wait=False)
        for program in quick.values():
            program.wait()
        try:
            yield Running(laid=laid, quick=quick, real=real, web=web, desk=desk)
        finally:
            for each in (*quick.values(), *real.values()):
                if each.running:
                    each.kill()


def _get_going(told: Told) -> None:
    """Every program has done some of its work."""
    ends = time.monotonic() + GETS_GOING_WITHIN_S
    while not (told.cards and told.revoked and told.scans):
        assert time.monotonic() < ends, f"the office does not get going: {told}"
        time.sleep(0.1)


def _wait_for_work(told: Told) -> None:
    """Until something more was acknowledged, so that every kill falls into work; not for ever, some work takes long."""
    before, ends = len(told), time.monotonic() + WORK_WITHIN_S
    while len(told) == before and time.monotonic() < ends:
        time.sleep(0.01)


def _kill_while_it_starts(program: Quick, chance: Random) -> None:
    program.start(wait=False)
    time.sleep(chance.uniform(0, 0.6))
    program.kill()


def _come_back(program: Quick | Program, killed: Killed) -> None:
    began = time.monotonic()
    program.start()
    killed.slowest_s = max(killed.slowest_s, time.monotonic() - began)


def _replace_by_the_real_ones(running: Running, killed: Killed) -> None:
    """The last restart is the command as it is typed."""
    for name in sorted(running.quick):
        running.quick[name].kill()
        killed.kills[name] += 1
        running.real[name].start(wait=False)
    for name in sorted(running.real):
        running.real[name].wait()


def _let_everything_arrive(laid: Laid, service: Service) -> None:
    """The desk sends the rest of its journal, and the office publishes what a dead program could not."""
    service.signing.publish_status()
    ends = time.monotonic() + SENT_WITHIN_S
    journal = ScanJournal(laid.desk / "journal.db", desk="-", version="-")
    try:
        last = journal.last()
    finally:
        journal.close()
    while True:
        with service.database.read() as work:
            taken = max((place.taken for place in work.desk_journals.places()), default=0)
        if taken >= last:
            return
        assert time.monotonic() < ends, f"the office took {taken} rows of {last}"
        time.sleep(0.2)
