"""Ask an advisory service about every locked package, and tell an answer from silence.

    python -m deploy.audit          exit status 0: asked, nothing known · 1: a weakness is known · 2: nobody answered

A machine without a way to an advisory service must not look as if all were well: silence has an exit status of its own.
What is known without asking stands in `requirements/floors.toml`, which the suite holds against every lock.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

LOCKS = Path(__file__).resolve().parent.parent / "requirements"
ASKED = ("run", "dev")
SECONDS = 600


class Outcome(IntEnum):
    """The exit status."""

    CLEAN = 0
    WEAK = 1
    SILENCE = 2


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a service said: how many packages it knew, and a line for each weakness."""

    known: int
    weak: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        if self.weak:
            return Outcome.WEAK
        return Outcome.CLEAN if self.known else Outcome.SILENCE


def report_of(answer: str) -> Report:
    """pip-audit's JSON, or anything else it left behind, as a report."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Report(known=0, weak=())
    heard = [package for package in packages if "skip_reason" not in package]
    weak = tuple(
        f"{package['name']} {package['version']}: {weakness['id']}, mended in {', '.join(weakness['fix_versions'])}"
        for package in heard
        for weakness in package.get("vulns", ())
    )
    return Report(known=len(heard), weak=weak)


def ask(lock: Path) -> Report:
    """What pip-audit hears of a hashed lock."""
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Report(known=0, weak=())
    return report_of(done.stdout)


def main(locks: Sequence[str] = ASKED) -> int:
    """Ask about each lock and say what came of it."""
    reports = {name: ask(LOCKS / f"{name}.lock") for name in locks}
    for name, report in reports.items():
        match report.outcome:
            case Outcome.CLEAN:
                said = f"{report.known} packages, no weakness known."
            case Outcome.WEAK:
                said = "\n".join(("", *report.weak))
            case Outcome.SILENCE:
                said = "no advisory service answered. This is not an all-clear."
        sys.stdout.write(f"{name}.lock: {said}\n")
    outcomes = {report.outcome for report in reports.values()}
    return next((worst for worst in (Outcome.WEAK, Outcome.SILENCE) if worst in outcomes), Outcome.CLEAN)


if __name__ == "__main__":
    sys.exit(main())
