"""What is read in one go, and in which language: boxes as pieces for somebody who listens.

It decides where one piece ends and the next begins, and which words of a line are English. How a piece is marked in the
page's content is the business of `sheet`, the tree over the marks that of `structure`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from clearance.card.layout import Box, Line, Picture, Rect, Role

_NOT_BENGALI = re.compile(r"[^\u0980-\u09FF\u200C\u200D\u0964\u0965]+")
_SEPARATORS = " ·"


class Mark(NamedTuple):
    """What a piece is, and how many sequences of marked content it takes: one for each change of language."""

    kind: Role | Picture
    sequences: int


class Part(NamedTuple):
    """A part of a line in one language; `begins` where it is the first of its line."""

    text: str
    english: bool
    line: Line
    begins: bool


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A picture, or the lines of one role in one box."""

    kind: Role | Picture
    rect: Rect
    parts: tuple[Part, ...] = ()

    @property
    def sequences(self) -> list[tuple[bool, list[Part]]]:
        """The parts that follow each other in one language, and whether that is English."""
        return [(english, list(parts)) for english, parts in groupby(self.parts, key=lambda part: part.english)]

    @property
    def mark(self) -> Mark:
        return Mark(self.kind, max(1, len(self.sequences)))


def pieces(boxes: Sequence[Box]) -> Iterator[Piece]:
    """The pieces of boxes that stand in reading order."""
    for box in boxes:
        if box.picture is not None:
            yield Piece(kind=box.picture, rect=box.rect)
        for role, lines in groupby(box.lines, key=lambda line: line.role):
            yield Piece(kind=role, rect=box.rect, parts=tuple(_parts(list(lines))))


def english_parts(text: str) -> Iterator[tuple[str, bool]]:
    """`text` in parts, and whether a part is English; what holds no letter goes with the Bengali around it."""
    end = 0
    for match in _NOT_BENGALI.finditer(text):
        english = match[0].lstrip(_SEPARATORS)
        if not any(character.isalpha() for character in english):
            continue
        start = match.end() - len(english)
        if start > end:
            yield text[end:start], False
        yield english, True
        end = match.end()
    if end < len(text):
        yield text[end:], False


def _parts(lines: list[Line]) -> Iterator[Part]:
    """The lines of one piece; words that stand on two lines have a space between them, for who listens or copies."""
    for line in lines:
        space = "" if line.word_goes_on or line is lines[-1] else " "
        for number, (text, english) in enumerate(english_parts(line.text + space)):
            yield Part(text, english, line, begins=number == 0)
