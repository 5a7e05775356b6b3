"""How a program of ours is told to stop: Ctrl-C and SIGTERM mean the same, and what was begun is finished."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Signals:
    """SIGTERM ends a program as Ctrl-C does; a second one does not tear apart what is being finished.

    While the program starts, a signal breaks the start off; from then on it calls `stop`.
    """

    stop: Callable[[], None] | None = None

    def receive(self, _signal: int, _frame: FrameType | None) -> None:
        """The handler of both signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if self.stop is None:
            raise KeyboardInterrupt
        self.stop()


@contextmanager
def ending_on_signals() -> Iterator[Signals]:
    """Signals heard until the block ends; one that came before `stop` was set ends the block."""
    signals = Signals()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signals.receive)
    try:
        yield signals
    except KeyboardInterrupt:
        return
