"""A scanner that knows one mark."""

from dataclasses import dataclass, field

from clearance.issuing.ports import Judgement, Scan, ScannerAway

MARK = b"harmful-for-the-sake-of-a-test"
"""What every scanner of the tests takes for a virus."""
LIMIT = 2 << 20


@dataclass
class FakeScanner:
    """Finds MARK; `away` until told otherwise, where it is set. `seen` are the files it was given, in order."""

    away: bool = False
    seen: list[bytes] = field(default_factory=list)

    def scan(self, content: bytes) -> Scan:
        if self.away:
            raise ScannerAway("away")
        self.seen.append(content)
        if len(content) > LIMIT:
            return Scan(judgement=Judgement.BEYOND_LIMITS)
        if MARK in content:
            return Scan(judgement=Judgement.INFECTED, signature="Clearance.Test.Mark.UNOFFICIAL")
        return Scan(judgement=Judgement.CLEAN)
