"""A USB scanner that types, as the browser hears it: physical keys, and the characters a keyboard layout makes of them.

Events go in through the DevTools protocol, so that they are real ones: they type into fields and press buttons.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

SHIFT = 8
ALT, CONTROL = 1, 2

_PUNCTUATION = {
    "Minus": "-_", "Equal": "=+", "BracketLeft": "[{", "BracketRight": "]}", "Semicolon": ";:", "Quote": "'\"",
    "Backquote": "`~", "Backslash": "\\|", "Comma": ",<", "Period": ".>", "Slash": "/?", "Space": "  ",
}  # fmt: skip
US = {
    **{f"Key{letter}": letter.lower() + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{f"Digit{digit}": f"{digit}{shifted}" for digit, shifted in enumerate(")!@#$%^&*(")},
    **_PUNCTUATION,
}
POSITIONS = {char: (code, shift) for code, chars in US.items() for shift, char in reversed(list(enumerate(chars)))}

US_CODES = tuple(US)

Event = dict[str, Any]  # of Input.dispatchKeyEvent
Layout = Callable[[str, int], str]  # (code, shift) -> character


def us(code: str, shift: int) -> str:
    return US[code][shift]


def caps_lock(code: str, shift: int) -> str:
    """Caps Lock turns letters round and leaves the rest."""
    return US[code][shift].swapcase()


def german(code: str, shift: int) -> str:
    """QWERTZ: Y and Z changed places, and the signs of Base45 sit elsewhere."""
    moved = {
        "KeyY": "zZ", "KeyZ": "yY", "Digit7": "7/", "Digit0": "0=", "Digit8": "8(", "Minus": "ß?", "Equal": "´`",
        "Slash": "-_", "Semicolon": "öÖ", "Period": ".:", "BracketRight": "+*",
    }  # fmt: skip
    return moved.get(code, US[code])[shift]


def bengali(code: str, shift: int) -> str:
    """A layout on which no Latin letter and no Latin digit is left."""
    char = US[code][shift]
    if char.isdigit():
        return chr(0x09E6 + int(char))
    return chr(0x0985 + ord(char) % 60) if char.isalpha() else {"$": "৳"}.get(char, char)


@dataclass(frozen=True)
class Key:
    """One key pressed and let go."""

    code: str
    key: str
    modifiers: int = 0


def keys(text: str, layout: Layout = us) -> Iterator[Key]:
    """What a scanner with US key positions sends for a text, on a computer with this layout."""
    for char in text:
        code, shift = POSITIONS[char]
        yield Key(code, layout(code, shift), SHIFT if shift else 0)


ENTER, TAB = Key("Enter", "Enter"), Key("Tab", "Tab")


class Scanner:
    """Presses keys in a page without waiting for it, as a scanner does."""

    def __init__(self, page: Page) -> None:
        self._protocol = page.context.new_cdp_session(page)

    def scan(self, text: str, *, layout: Layout = us, end: Iterable[Key] = (ENTER,)) -> None:
        self.press([*keys(text, layout), *end])

    def press(self, pressed: Iterable[Key]) -> None:
        self._send(event for key in pressed for event in _down_and_up(key))

    def alt_numpad(self, text: str) -> None:
        """Scanners in ALT mode type the code of each character on the numeric keypad while Alt is down."""
        self._send(event for char in text for event in _alt_code(char))

    def _send(self, events: Iterable[Event]) -> None:
        """All at once: answering one by one, a busy machine would be slower than the slowest scanner."""

        async def send() -> None:
            inner = self._protocol._impl_obj
            await asyncio.gather(*[inner.send("Input.dispatchKeyEvent", event, None) for event in events])

        self._protocol._sync(send())


def _down_and_up(key: Key) -> Iterator[Event]:
    text = "\r" if key == ENTER else key.key if len(key.key) == 1 and not key.modifiers & (ALT | CONTROL) else ""
    number = {"Enter": 13, "Tab": 9, " ": 32}.get(key.key, ord(key.key.upper()[0]) if len(key.key) == 1 else 0)
    event = {"code": key.code, "key": key.key, "modifiers": key.modifiers, "windowsVirtualKeyCode": number}
    yield {"type": "keyDown", "text": text, **event} if text else {"type": "rawKeyDown", **event}
    yield {"type": "keyUp", **event}


def _alt_code(char: str) -> Iterator[Event]:
    alt = {"code": "AltLeft", "key": "Alt"}
    yield {"type": "rawKeyDown", "modifiers": ALT, **alt}
    for digit in f"{ord(char):04d}":
        pressed = {"code": f"Numpad{digit}", "key": digit, "modifiers": ALT, "isKeypad": True}
        yield {"type": "rawKeyDown", **pressed}
        yield {"type": "keyUp", **pressed}
    yield {"type": "keyUp", "modifiers": 0, **alt}
