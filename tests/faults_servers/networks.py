"""Machines on this machine: network namespaces of the kernel, joined by lines that can be cut and that lose packets.

Only root may make them. Nothing of the machine's own network is touched.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

import pytest

LOSS = 0.15


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A namespace; `address` is where others reach it on the line that it was given last."""

    name: str

    def command(self, *command: object) -> list[str]:
        """The command, run there. It becomes the program itself: a signal reaches it."""
        return ["ip", "netns", "exec", self.name, *map(str, command)]


@dataclass(frozen=True, kw_only=True)
class Cable:
    """A line between the office and one desk, as the desk sees it."""

    office: Machine
    desk: Machine
    office_address: str

    def cut(self) -> None:
        _ip("netns", "exec", self.desk.name, "ip", "link", "set", "office", "down")

    def mend(self) -> None:
        _ip("netns", "exec", self.desk.name, "ip", "link", "set", "office", "up")


@cache
def _why_not() -> str:
    if os.geteuid() != 0:
        return "only root can make network namespaces"
    if missing := [program for program in ("ip", "iptables") if not shutil.which(program)]:
        return f"{', '.join(missing)} not installed"
    tried = subprocess.run(["ip", "netns", "add", _named("try")], capture_output=True, check=False)
    if tried.returncode:
        return f"this machine permits no network namespaces: {tried.stderr.decode().strip()}"
    _ip("netns", "del", _named("try"))
    return ""


def require_networks() -> None:
    """Skip the test where no network of its own can be had; fail where there must be one."""
    if why := _why_not():
        assert not os.environ.get("CI"), why
        pytest.skip(why)


@contextmanager
def star(desks: Sequence[str], *, loss: float = LOSS) -> Iterator[dict[str, Cable]]:
    """An office with one line to each desk; each loses that share of the packets, in either direction."""
    with ExitStack() as stack:
        office = stack.enter_context(_machine("office"))
        cables = {}
        for number, name in enumerate(desks, start=1):
            desk = stack.enter_context(_machine(name))
            cables[name] = _joined(office, desk, number, loss)
        yield cables


@contextmanager
def _machine(name: str) -> Iterator[Machine]:
    machine = Machine(name=_named(name))
    _ip("netns", "add", machine.name)
    try:
        _ip("-n", machine.name, "link", "set", "lo", "up")
        yield machine
    finally:
        _ip("netns", "del", machine.name)


def _joined(office: Machine, desk: Machine, number: int, loss: float) -> Cable:
    here, there = f"10.77.{number}.1", f"10.77.{number}.2"
    far = ("peer", "name", "office", "netns", desk.name)
    _ip("link", "add", f"desk{number}", "netns", office.name, "type", "veth", *far)
    for machine, line, address in ((office, f"desk{number}", here), (desk, "office", there)):
        _ip("-n", machine.name, "address", "add", f"{address}/30", "dev", line)
        _ip("-n", machine.name, "link", "set", line, "up")
    for chain in ("INPUT", "OUTPUT"):
        rule = ("-A", chain, "-m", "statistic", "--mode", "random", "--probability", f"{loss}", "-j", "DROP")
        _ip("netns", "exec", desk.name, "iptables", *rule)
    return Cable(office=office, desk=desk, office_address=here)


def _named(name: str) -> str:
    """Names of our own: two runs at once must not meet."""
    return f"cl-{os.getpid()}-{name}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, stdout=subprocess.DEVNULL)
