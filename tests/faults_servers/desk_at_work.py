"""A desk without its pages, as a program of its own: somebody is scanned and let pass, the journal is sent, and again.

    python -m tests.faults_servers.desk_at_work <home> <name> <office's address> <token> <scans> <told>

The text of each scan that was written down goes into the file `told`, a line each: that is what an officer was shown.
It may be killed at any moment and started again; it ends when it has made its scans and the office has them all.
"""

import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from clearance.credential.gate import Verdict
from clearance.credential.reasons import Reason
from tests.unit.desk.bureau import CLAIMS
from verifier import line as line_of_desk
from verifier.acts import Act, ActRecord
from verifier.desk import ScanRecord, Source
from verifier.exchange import Exchange
from verifier.heard import Heard
from verifier.journal import ScanJournal
from verifier.line import Line
from verifier.passport import PassportInHand, ReadBy

line_of_desk.WAIT_S = 3.0
"""A desk waits longer, and tests have less patience."""
BETWEEN_SCANS_S = 0.02
BETWEEN_TALKS_S = 0.1
SHARED = 5
"""Every desk lets the bearers of these cards pass, too."""


def main(home: Path, name: str, office: str, token: str, scans: int, told: Path) -> None:
    journal = ScanJournal(home / "journal.db", desk=name, version="1")
    heard = Heard(home / "heard.db")
    exchange = Exchange(
        Line(name="office", url=office, token=lambda: token), journal, heard, now=lambda: int(time.time())
    )
    done = threading.Event()
    threading.Thread(target=_scan_all, args=(journal, name, scans, told, done), daemon=True).start()
    while not (done.is_set() and exchange.exchange() and exchange.unsent() == 0):
        exchange.exchange()
        time.sleep(BETWEEN_TALKS_S)


def _scan_all(journal: ScanJournal, name: str, scans: int, told: Path, done: threading.Event) -> None:
    with told.open("ab", buffering=0) as file:
        for number in range(len(told.read_bytes().splitlines()), scans):
            at = int(time.time())
            shared = number % (scans // SHARED) == 0
            clearance_no = f"BMET-2026-BOTH-{number}" if shared else f"BMET-2026-{name}-{number}"
            verdict = Verdict(
                reason=Reason.VALID,
                claims=replace(CLAIMS, clearance_no=clearance_no),
                kid=b"12345678",
                status_age_s=60,
            )
            text = f"NCF-{name}-{number}-{os.getpid()}"  # whoever was killed before the verdict showed scans anew
            written = journal.append(
                ScanRecord(
                    at=at,
                    source=Source.CAMERA,
                    text=text,
                    passport=PassportInHand(number=CLAIMS.passport_no, read_by=ReadBy.MRZ),
                    trust_sequence=1,
                    verdict=verdict,
                )
            )
            file.write(f"{text}\n".encode())
            journal.act(ActRecord(at=at, scan=written, act=Act.LET_PASS, ground=None))
            time.sleep(BETWEEN_SCANS_S)
    done.set()


if __name__ == "__main__":
    home_, name_, office_, token_, scans_, told_ = sys.argv[1:]
    main(Path(home_), name_, office_, token_, int(scans_), Path(told_))
    os._exit(0)
