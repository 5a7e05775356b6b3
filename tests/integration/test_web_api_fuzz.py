"""schemathesis against a real server: whatever is sent, the answer is one that the document describes."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from waitress.server import create_server

from clearance.domain.client import ClientScope
from clearance.web.api import door
from tests.fakes.office import EVERYTHING, draft
from tests.integration.api.programs import open_api, program

EXAMPLES = 3
"""Random requests of each kind; besides them come every example, every boundary and chains of operations."""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """The address of an office with some cases, and the token of a client that may do everything."""
    monkeypatch.setattr(door, "PER_CLIENT", "1000000 per minute")
    monkeypatch.setattr(door, "UNKNOWN_PER_ADDRESS", "1000000 per minute")
    office, app = open_api(tmp_path)
    for index in range(101, 104):
        office.issue(draft(index))
    client = program(office, app, *ClientScope, officer_no=EVERYTHING.number)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}", client.token
    server.close()
    thread.join(10)


def test_nothing_that_a_program_sends_is_answered_in_an_undescribed_way(
    served: tuple[str, str], tmp_path: Path
) -> None:
    address, token = served
    program_of_st = Path(sys.executable).parent / "schemathesis"
    ran = subprocess.run(
        [
            program_of_st,
            f"--config-file={Path(__file__).parent / 'schemathesis.toml'}",
            "run",
            f"{address}/api/v1/openapi.json",
            f"--header=Authorization: Bearer {token}",
            f"--max-examples={EXAMPLES}",
            "--seed=1",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in ran.stdout
