"""The signing component itself: the `SigningService` port over a signing room.

It decides the order of requests and what a caller is told when something breaks; what happens in a request is decided
in `issue` and `publish`.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from clearance.domain.decision import Refused
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.clock_check import require_plausible_clock
from clearance.issuing.issue import issue
from clearance.issuing.ports import ComponentState, KeysUnusable, NotSigned, Trouble, Unavailable
from clearance.issuing.publish import keep_published, publish_status
from clearance.issuing.reissue import reissue
from clearance.issuing.signing_room import SigningRoom


class SigningComponent:
    """Implements `clearance.issuing.ports.SigningService`. May be shared by threads."""

    def __init__(self, room: SigningRoom) -> None:
        self._room = room
        self._turns = Turns()
        self._ready = False

    def issue(self, reference: str, *, officer_no: str, device: str) -> str | Refused:
        """One case at a time: of many equal requests the first makes the card, the others are answered from record."""
        with self._turns.of(reference), self._in_the_words_of_the_port():
            outcome = issue(self._room, reference, officer_no=officer_no, device=device)
        return outcome if isinstance(outcome, Refused) else outcome.clearance_no

    def reissue(self, clearance_no: str, *, officer_no: str) -> str | Refused:
        with self._turns.of(clearance_no), self._in_the_words_of_the_port():
            outcome = reissue(self._room, clearance_no, officer_no=officer_no)
        return outcome if isinstance(outcome, Refused) else outcome.clearance_no

    def get_ready(self) -> None:
        """Load what the first card needs, so that its officer does not wait."""
        self._room.printer.get_ready()
        self._ready = True

    def state(self) -> ComponentState:
        return ComponentState(kid=self._room.card_signer.kid, ready=self._ready)

    def publish_status(self) -> None:
        with self._in_the_words_of_the_port():
            publish_status(self._room)

    def keep_published(self) -> None:
        """One round of keeping what desks fetch in date, not for callers. Raises NotSigned."""
        with self._in_the_words_of_the_port():
            keep_published(self._room)

    def publish_checkpoint(self) -> None:
        """Vouch for the record as it is now, not for callers. Raises NotSigned."""
        with self._in_the_words_of_the_port():
            publish_checkpoint(self._room)

    @contextmanager
    def _in_the_words_of_the_port(self) -> Iterator[None]:
        """The one table from what broke to what the caller is told. Nothing is begun by a clock that is far ahead."""
        try:
            require_plausible_clock(self._room)
            yield
        except KeysUnusable as fault:
            raise NotSigned(Trouble.KEYS) from fault
        except Unavailable as fault:
            raise NotSigned(Trouble.DATABASE) from fault
        except OSError as fault:
            raise NotSigned(Trouble.STORAGE) from fault


class Turns:
    """A lock for each name, kept only while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._wanted: Counter[str] = Counter()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Hold the name alone until the block ends."""
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
            self._wanted[name] += 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                self._wanted[name] -= 1
                if not self._wanted[name]:
                    del self._locks[name], self._wanted[name]
