"""A desk's computer with a screen, a keyboard layout, and a scanner that presses its keys: X11 as it really is.

Playwright's own keyboard knows no layouts. Here the keys go in at the bottom (XTEST), as those of a USB scanner do, and
the system's own layout tables (xkb-data) make characters of them before Chromium hears of it.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Playwright

from tests.e2e.conftest import CHROMIUM_FLAGS
from tests.e2e.scanner import POSITIONS

PROGRAMS = ("Xvfb", "setxkbmap", "xdotool", "chromium")
ROWS = {10: "1234567890-=", 24: "qwertyuiop[]", 38: "asdfghjkl;'`", 51: "\\zxcvbnm,./", 65: " "}
KEYCODES = {POSITIONS[char][0]: first + place for first, row in ROWS.items() for place, char in enumerate(row)}
"""X11's number of each physical key, by its name in browsers."""

SHIFT, ENTER, TAB, CAPS_LOCK, ALT = 50, 36, 23, 66, 64
KEY, DOWN, UP = ((command, "--delay", "2") for command in ("key", "keydown", "keyup"))  # milliseconds
NUMPAD = dict(zip("0123456789", (90, 87, 88, 89, 83, 84, 85, 79, 80, 81), strict=True))


@dataclass(frozen=True)
class Desktop:
    """One X display."""

    display: str

    def layout(self, *arguments: str) -> None:
        """Choose a keyboard layout, as `setxkbmap` names it."""
        self._run("setxkbmap", "-option", "", *arguments)

    def focus(self) -> None:
        """Give the browser's window the keyboard; there is no window manager to do it."""
        self._run("xdotool", "search", "--sync", "--onlyvisible", "--class", "chromium", "windowfocus", "--sync")

    def press(self, *keycodes: int) -> None:
        """Press keys one after the other and let each go."""
        self._run("xdotool", *KEY, *map(str, keycodes))

    def scan(self, text: str, *, end: Sequence[int] = (ENTER,)) -> None:
        """What a USB scanner set to the USA sends: key positions of a US keyboard, with Shift where that needs it."""
        words: list[str] = []
        for char in text:
            code, shift = POSITIONS[char]
            pressed = [*KEY, str(KEYCODES[code])]
            words += [*DOWN, str(SHIFT), *pressed, *UP, str(SHIFT)] if shift else pressed
        for keycode in end:
            words += [*KEY, str(keycode)]
        self._run("xdotool", *words)

    def alt_codes(self, text: str, *, end: int = ENTER) -> None:
        """What a scanner in ALT mode sends: each character's number on the numeric keypad while Alt is down."""
        words: list[str] = []
        for char in text:
            digits = [word for digit in f"{ord(char):04d}" for word in (*KEY, str(NUMPAD[digit]))]
            words += [*DOWN, str(ALT), *digits, *UP, str(ALT)]
        self._run("xdotool", *words, *KEY, str(end))

    def _run(self, *command: str) -> None:
        subprocess.run(command, env={**os.environ, "DISPLAY": self.display}, check=True, timeout=60)


def missing() -> list[str]:
    """The programs that this machine lacks."""
    return [program for program in PROGRAMS if not shutil.which(program)]


@contextmanager
def desktop() -> Iterator[Desktop]:
    """An X server of its own, on a display number that it chooses itself."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        try:
            yield Desktop(f":{number}")
        finally:
            server.terminate()


def launch_on(playwright: Playwright, display: str) -> Browser:
    """The system's Chromium in a window of that display."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        headless=False,
        args=[*CHROMIUM_FLAGS, "--ozone-platform=x11", "--window-position=0,0", "--window-size=1366,768"],
        env={**os.environ, "DISPLAY": display},
    )
