"""How many look-ups run at once, and a place in the day for whoever comes when all are taken.

Past its capacity a server that takes everybody serves nobody. So a few look-ups run at a time, a few more wait a moment
for their turn, and everybody else is given a place: a minute of the day, far enough from the others' for the server to
keep it. Who comes back with a place is let in ahead of those without.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Condition


class Overloaded(Exception):
    """No turn could be had in time; `place` is when to come again."""

    def __init__(self, place: datetime) -> None:
        super().__init__("come again later")
        self.place = place


@dataclass(kw_only=True)
class Admission:
    """Turns of one process. `patience_s` is how long a browser that already waits is kept waiting; `now` is aware."""

    now: Callable[[], datetime]
    at_once: int = 4
    queue: int = 12
    patience_s: float = 1.5
    patience_with_place_s: float = 8.0
    places_a_second: float = 10.0
    """What is kept free for those with a place: a part of what one process answers in a second."""
    soonest_s: float = 10.0
    _running: int = field(default=0, init=False)
    _waiting: int = field(default=0, init=False)
    _last_place: datetime | None = field(default=None, init=False)
    _free: Condition = field(default_factory=Condition, init=False)

    @contextmanager
    def turn(self, *, has_place: bool = False) -> Iterator[None]:
        """A turn for the length of the block. Raises Overloaded."""
        with self._free:
            self._take(has_place)
        try:
            yield
        finally:
            with self._free:
                self._running -= 1
                self._free.notify()

    def _take(self, has_place: bool) -> None:
        if self._running >= self.at_once:
            if self._waiting >= self.queue * (2 if has_place else 1):
                raise Overloaded(self._next_place())
            self._waiting += 1
            patience = self.patience_with_place_s if has_place else self.patience_s
            try:
                if not self._free.wait_for(lambda: self._running < self.at_once, timeout=patience):
                    raise Overloaded(self._next_place())
            finally:
                self._waiting -= 1
        self._running += 1

    def _next_place(self) -> datetime:
        soonest = self.now() + timedelta(seconds=self.soonest_s)
        after_last = self._last_place + timedelta(seconds=1 / self.places_a_second) if self._last_place else soonest
        self._last_place = max(soonest, after_last)
        return self._last_place
