"""Counts in windows of time, here or in a store that several processes share (`limits`: Redis, Valkey).

Windows are cut by the clock that we were given, days at midnight in Dhaka; a key of one window is never seen in the
next. Keys are digests: no count says whom it is about. While the shared store is out of reach each process counts for
itself and says so (`alone`), and whoever judges the counts is stricter meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

import structlog
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string

DHAKA_AHEAD_S = 6 * 3_600
ASK_AGAIN_S = 10
"""How long a store that did not answer is left alone: whoever waits for it waits in vain."""
STORE_TIMEOUT_S = 0.5

log = structlog.get_logger()


class Tally(Protocol):
    """Counts of keys; each count begins anew with each window."""

    @property
    def alone(self) -> bool:
        """Whether this process counts for itself although others serve the same visitors."""
        ...

    def add(self, key: str, window_s: int, amount: int = 1) -> int:
        """Count, and the count after that."""
        ...

    def get(self, key: str, window_s: int) -> int: ...

    def ends(self, window_s: int) -> datetime:
        """When the present window of this length ends."""
        ...


def tally_of(uri: str, *, now: Callable[[], datetime]) -> Tally:
    """Counts in memory for `memory://`, else in the shared store of that address."""
    here = TallyHere(now=now)
    if uri.startswith("memory:"):
        return here
    store = storage_from_string(
        uri, wrap_exceptions=True, socket_timeout=STORE_TIMEOUT_S, socket_connect_timeout=STORE_TIMEOUT_S
    )
    assert isinstance(store, Storage)
    return TallyShared(store=store, here=here, now=now)


@dataclass(kw_only=True)
class TallyHere:
    """Counts in this process. A window that has ended is forgotten whole."""

    now: Callable[[], datetime]
    alone: bool = field(default=False, init=False)
    _windows: dict[int, tuple[int, dict[str, int]]] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def add(self, key: str, window_s: int, amount: int = 1) -> int:
        with self._lock:
            counts = self._present(window_s)
            counts[key] = max(0, counts.get(key, 0) + amount)
            return counts[key]

    def get(self, key: str, window_s: int) -> int:
        with self._lock:
            return self._present(window_s).get(key, 0)

    def ends(self, window_s: int) -> datetime:
        return _end(self.now(), window_s)

    def _present(self, window_s: int) -> dict[str, int]:
        number = _number(self.now(), window_s)
        kept = self._windows.get(window_s)
        if kept is None or kept[0] != number:
            kept = self._windows[window_s] = (number, {})
        return kept[1]


@dataclass(kw_only=True)
class TallyShared:
    """Counts in a store that several processes share, and here for as long as it does not answer."""

    store: Storage
    here: TallyHere
    now: Callable[[], datetime]
    _silent_until: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    @property
    def alone(self) -> bool:
        return self.now() < self._silent_until

    def add(self, key: str, window_s: int, amount: int = 1) -> int:
        if not self.alone:
            try:
                return int(self.store.incr(self._named(key, window_s), 2 * window_s, amount))
            except StorageError as error:
                self._fell_silent(error)
        return self.here.add(key, window_s, amount)

    def get(self, key: str, window_s: int) -> int:
        if not self.alone:
            try:
                return int(self.store.get(self._named(key, window_s)))
            except StorageError as error:
                self._fell_silent(error)
        return self.here.get(key, window_s)

    def ends(self, window_s: int) -> datetime:
        return self.here.ends(window_s)

    def _named(self, key: str, window_s: int) -> str:
        return f"clearance/{key}/{window_s}/{_number(self.now(), window_s)}"

    def _fell_silent(self, error: StorageError) -> None:
        self._silent_until = self.now() + timedelta(seconds=ASK_AGAIN_S)
        log.error("shared counts are out of reach, counting alone", error=type(error.storage_error).__name__)


def _number(now: datetime, window_s: int) -> int:
    return (int(now.timestamp()) + DHAKA_AHEAD_S) // window_s


def _end(now: datetime, window_s: int) -> datetime:
    return datetime.fromtimestamp((_number(now, window_s) + 1) * window_s - DHAKA_AHEAD_S, UTC)
