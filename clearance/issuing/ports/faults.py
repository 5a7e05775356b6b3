"""What can go wrong outside, in the words of the use cases."""

from enum import StrEnum


class Conflict(Exception):
    """Somebody else changed the row first, or a constraint of the database refused it. Nothing was written."""


class Unavailable(Exception):
    """The database cannot be used now: locked for too long, full, or out of reach. Nothing was written."""


class Unreadable(Unavailable):
    """What is kept sealed does not open: it was changed, or its key is not here. The message names the place, never
    the content."""


class NotOnRecord(LookupError):
    """There is no such case, card or document."""


class KeysUnusable(Exception):
    """A key cannot be used now, or must not be; the message says what happened and what to do."""


class Trouble(StrEnum):
    """Why a card could not be made now. Nothing was released; what was begun is finished by the next attempt."""

    NO_ANSWER = "no_answer"
    """The signing component does not answer: it was asked nothing."""
    CUT_OFF = "cut_off"
    """It was asked, and its answer did not arrive: the card may have been issued."""
    STRANGER = "stranger"
    """It does not take requests from this program."""
    KEYS = "keys"
    STORAGE = "storage"
    DATABASE = "database"
    STATUS_LIST_FULL = "status_list_full"
    LIST_NOT_OPEN = "list_not_open"
    """The list for new cards of a restored office is not published yet."""
    NOT_ACCEPTED = "not_accepted"
    """A desk would not pass the new card; `about` is the reason that it would give."""
    UNREADABLE = "unreadable"
    """A drawn QR does not give back the text that was drawn; `about` is the page and the resolution."""
    UNFORESEEN = "unforeseen"


class NotSigned(Exception):
    """The signing component could not do what it was asked; see Trouble."""

    def __init__(self, trouble: Trouble, *, about: str = "") -> None:
        super().__init__(f"{trouble.value} {about}".strip())
        self.trouble = trouble
        self.about = about


class PhotoGround(StrEnum):
    """Why an upload cannot be the card's portrait."""

    TOO_LARGE_FILE = "too_large_file"
    NOT_AN_IMAGE = "not_an_image"
    WRONG_FORMAT = "wrong_format"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"


class PhotoRefused(ValueError):
    """An upload was not taken; `ground` says why."""

    def __init__(self, ground: PhotoGround) -> None:
        super().__init__(ground.value)
        self.ground = ground


class DoesNotFit(Exception):
    """What must stand on a plastic card does not fit on it; the message says whose. Nothing was printed."""
