"""Cards and a status list made once, and a Node process that answers line by line."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.interop.cards import Cards, make_cards

HERE = Path(__file__).parent
Node = Callable[[str, Iterable[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="session", params=["es256", "eddsa"])
def cards(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Cards:
    return make_cards(tmp_path_factory.mktemp("interop") / "keys", request.param)


@pytest.fixture(scope="session")
def node() -> Node:
    """Run one of the scripts here over questions; one process, one JSON answer for each."""
    if not (HERE / "node_modules").exists():
        reason = "the npm packages are not installed (`npm ci` in tests/interop)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    def ask(script: str, questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(question) + "\n" for question in questions)
        run = subprocess.run(
            ["node", HERE / script], input=lines, capture_output=True, text=True, check=True, cwd=HERE, timeout=240
        )
        return [json.loads(line) for line in run.stdout.splitlines()]

    return ask
