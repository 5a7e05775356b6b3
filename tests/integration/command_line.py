"""Run the two programs as other programs do: as processes, without a terminal, with a bare environment."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DAY = 86_400


def program(name: str, *arguments: object, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess:
    """Run `clearance` or `verifier` as a process, without a terminal and with a bare environment."""
    command = [sys.executable, "-m", name, *map(str, arguments)]
    content = given if isinstance(given, bytes) else given.encode()
    env = {"PATH": os.environ["PATH"], **environment}
    run = subprocess.run(command, input=content, capture_output=True, check=False, env=env, timeout=120)
    return subprocess.CompletedProcess(command, run.returncode, run.stdout.decode(), run.stderr.decode())


def claims(**changes: object) -> dict[str, Any]:
    now = int(time.time())
    return {
        "name": "RAHIMA KHATUN",
        "name_bn": "রহিমা খাতুন",
        "birth_date": "1994-05-02",
        "gender": "female",
        "passport_no": "A01234567",
        "previous_passport_no": "B7654321",
        "clearance_no": "BMET-2026-0000000001",
        "destination": "SAU",
        "issued_at": now,
        "valid_until": datetime.fromtimestamp(now + 365 * DAY, UTC).date().isoformat(),
        "status_idx": 4711,
        **changes,
    }


def lines(*objects: Mapping[str, object]) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


def sign(keys: Path, *objects: Mapping[str, object]) -> Sequence[str]:
    run = program("clearance", "credential", "sign", "--keys", keys, "--claims", "-", given=lines(*objects))
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.splitlines()


def ask(*arguments: object, questions: str | bytes = "") -> list[dict[str, Any]]:
    run = program("verifier", "check", *arguments, "--jsonl", "-", given=questions)
    assert (run.returncode, run.stderr) == (0, "")
    return [json.loads(line) for line in run.stdout.splitlines()]


def make_keys(directory: Path, algorithm: str) -> Path:
    """A demo key directory, made by the command itself."""
    run = program("clearance", "keys", "init", "--dir", directory, "--alg", algorithm, "--demo")
    assert (run.returncode, run.stderr) == (0, "")
    assert "DEMO" in run.stdout
    return directory
