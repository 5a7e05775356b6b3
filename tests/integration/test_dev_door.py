"""`dev.py`, through which every task goes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SLOW_TO_END = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have had it ignored
try:
    print("started", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1)
    print("ended in order", flush=True)
"""
DOOR = f"""
import sys
from pathlib import Path
import dev
dev.PYTHON = Path(sys.executable)
sys.exit(dev.python("-c", {SLOW_TO_END!r}))
"""


def test_ctrl_c_leaves_the_program_the_time_it_needs_to_end() -> None:
    command = [sys.executable, "-c", DOOR]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=ROOT) as door:
        assert door.stdout
        assert door.stdout.readline() == "started\n"
        os.killpg(door.pid, signal.SIGINT)  # as a terminal does: to every program of the group
        assert door.stdout.read() == "ended in order\n"
    assert door.returncode == 0
