"""Outside programs that give a second opinion on a card."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip where a program is missing; on a build server run all the same, and so fail."""
    missing = [program for program in programs if not shutil.which(program)]
    return pytest.mark.skipif(
        bool(missing) and os.environ.get("CI") != "true", reason=f"not installed: {' '.join(missing)}"
    )


def run(*command: str | Path, check: bool = True) -> str:
    """Standard output and error of a program."""
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0 or not check, f"{command[0]}: {said}"
    return said
