"""Counts in windows of time, here or in a store that several processes share (`limits`: Redis, Valkey).

Windows are cut by the clock that we were given, days at midnight in Dhaka; a key of one window is never seen in the
next. Keys are digests: no count says whom it is about. While the shared store is out of reach each process counts for
itself and says so (`alone`), and whoever judges the counts is stricter meanwhile.

Counts go to the shared store by the handful: a trip there costs a web process more than all else that a count does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

import structlog
from limits.errors import StorageError
from limits.storage import RedisStorage

DHAKA_AHEAD_S = 6 * 3_600
ASK_AGAIN_S = 10
"""How long a store that did not answer is left alone: whoever waits for it waits in vain."""
STORE_TIMEOUT_S = 0.5

_COUNT_ALL = """
local counts = {}
for i, key in ipairs(KEYS) do
  local amount = tonumber(ARGV[3 * i - 2])
  if ARGV[3 * i] == "1" and counts[i - 1] ~= 1 then amount = 0 end
  if amount == 0 then
    counts[i] = tonumber(redis.call("get", key) or 0)
  else
    counts[i] = redis.call("incrby", key, amount)
    if counts[i] == amount then redis.call("expire", key, ARGV[3 * i - 1]) end
  end
end
return counts
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Count:
    """A key and what is added to its count in the present window of that length; 0 only reads it."""

    key: str
    window_s: int
    amount: int = 1
    if_first: bool = False
    """Only where the count before it in the same trip became 1: so many different ones, not so many in all."""


class Tally(Protocol):
    """Counts of keys; each count begins anew with each window."""

    @property
    def alone(self) -> bool:
        """Whether this process counts for itself although others serve the same visitors."""
        ...

    def add(self, *counts: Count) -> list[int]:
        """Count one after the other in one trip; what each count is after that."""
        ...

    def ends(self, window_s: int) -> datetime:
        """When the present window of this length ends."""
        ...


def tally_of(uri: str, *, now: Callable[[], datetime]) -> Tally:
    """Counts in memory for `memory://`, else in the shared store of that address."""
    here = TallyHere(now=now)
    if uri.startswith("memory:"):
        return here
    return TallyShared(store=RedisStore(uri), here=here, now=now)


@dataclass(kw_only=True)
class TallyHere:
    """Counts in this process. A window that has ended is forgotten whole."""

    now: Callable[[], datetime]
    alone: bool = field(default=False, init=False)
    _windows: dict[int, tuple[int, dict[str, int]]] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def add(self, *counts: Count) -> list[int]:
        with self._lock:
            after: list[int] = []
            for count in counts:
                adds = not count.if_first or after[-1:] == [1]
                after.append(self._after(count, count.amount if adds else 0))
            return after

    def _after(self, count: Count, amount: int) -> int:
        kept = self._present(count.window_s)
        after = max(0, kept.get(count.key, 0) + amount)
        if amount:
            kept[count.key] = after
        return after

    def ends(self, window_s: int) -> datetime:
        return _end(self.now(), window_s)

    def _present(self, window_s: int) -> dict[str, int]:
        number = _number(self.now(), window_s)
        kept = self._windows.get(window_s)
        if kept is None or kept[0] != number:
            kept = self._windows[window_s] = (number, {})
        return kept[1]


class Store(Protocol):
    """Counts that several processes share."""

    def count_all(self, counts: Sequence[tuple[str, Count]]) -> list[int]:
        """Count each under the name given, and let it live for two windows. Raises StorageError."""
        ...


class RedisStore:
    """A Redis or Valkey, asked once for all counts of a call."""

    def __init__(self, uri: str) -> None:
        self._store = RedisStorage(uri, socket_timeout=STORE_TIMEOUT_S, socket_connect_timeout=STORE_TIMEOUT_S)
        self._count_all = self._store.get_connection().register_script(_COUNT_ALL.encode())

    def count_all(self, counts: Sequence[tuple[str, Count]]) -> list[int]:
        keys = [name for name, _count in counts]
        values = [value for _, each in counts for value in (each.amount, 2 * each.window_s, int(each.if_first))]
        try:
            return [int(count) for count in self._count_all(keys, values)]
        except self._store.base_exceptions as error:
            raise StorageError(error) from error


@dataclass(kw_only=True)
class TallyShared:
    """Counts in a store that several processes share, and here for as long as it does not answer."""

    store: Store
    here: TallyHere
    now: Callable[[], datetime]
    _silent_until: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    @property
    def alone(self) -> bool:
        # Both ends: a clock that is set back must not leave the store alone until it has caught up.
        return timedelta(0) < self._silent_until - self.now() <= timedelta(seconds=ASK_AGAIN_S)

    def add(self, *counts: Count) -> list[int]:
        if not self.alone:
            try:
                return self.store.count_all([(self._named(count), count) for count in counts])
            except StorageError as error:
                self._fell_silent(error)
        return self.here.add(*counts)

    def ends(self, window_s: int) -> datetime:
        return self.here.ends(window_s)

    def _named(self, count: Count) -> str:
        return f"clearance/{count.key}/{count.window_s}/{_number(self.now(), count.window_s)}"

    def _fell_silent(self, error: StorageError) -> None:
        self._silent_until = self.now() + timedelta(seconds=ASK_AGAIN_S)
        log.error("shared counts are out of reach, counting alone", error=type(error.storage_error).__name__)


def _number(now: datetime, window_s: int) -> int:
    return (int(now.timestamp()) + DHAKA_AHEAD_S) // window_s


def _end(now: datetime, window_s: int) -> datetime:
    return datetime.fromtimestamp((_number(now, window_s) + 1) * window_s - DHAKA_AHEAD_S, UTC)
