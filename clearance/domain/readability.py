"""How well the code of a finished card reads, as one letter that is kept with the clearance (docs/adr/0018).

It decides which looks are taken at a card and what they are worth. Making pixels and decoding them is left to `card`.
"""

from collections.abc import Callable
from enum import StrEnum

COARSE, FINE = 100, 150
"""Dots per inch at which every page is looked at: a cheap print, and an ordinary one."""


class Treatment(StrEnum):
    """What happens to a card's picture between us and a scanner."""

    NONE = "none"
    SOFT = "soft"
    """Out of focus: a webcam, or a thumb on the lens."""
    COPIED = "copied"
    """A grey photocopy, unevenly lit."""
    SCREEN = "screen"
    """Shown on a telephone: the screen's grid beats with that of the camera."""


HARD = tuple(treatment for treatment in Treatment if treatment is not Treatment.NONE)


class Grade(StrEnum):
    """The worst page counts. A card below C does not read even untreated, and is never released."""

    A = "A"
    """Every treatment reads at 100 dpi."""
    B = "B"
    """Every treatment reads at 150 dpi, not each at 100."""
    C = "C"
    """Every page reads at 100 and 150 dpi as it is, not under every treatment."""


def grade(reads: Callable[[int, Treatment], bool]) -> Grade:
    """The grade of a card whose pages read untreated; `reads(dpi, treatment)` says whether all of them do.

    What reads at 100 dpi is not tried at 150: the same treatment leaves it half as many pixels again.
    """
    failed = [treatment for treatment in HARD if not reads(COARSE, treatment)]
    if not failed:
        return Grade.A
    return Grade.B if all(reads(FINE, treatment) for treatment in failed) else Grade.C
