"""What the use cases need from the world, as protocols. Adapters in `storage`, `signing` and `card` implement them.

Each port has one real adapter and one working fake (`tests/fakes`), and the same contract tests run on both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.application import Application, ApplicationState
from clearance.domain.audit import AuditEntry, AuditHead, AuditReport
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.desk import Desk
from clearance.domain.permit import Agency, Permit
from clearance.domain.person import PhotoRemark
from clearance.domain.printed_card import PrintedCard
from clearance.domain.readability import COARSE, Treatment
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.domain.signing import SignedLately, SigningStop
from clearance.domain.staff import Office, Officer


class Conflict(Exception):
    """Somebody else changed the row first, or a constraint of the database refused it. Nothing was written."""


class Unavailable(Exception):
    """The database cannot be used now: locked for too long, full, or out of reach. Nothing was written."""


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


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """A portrait as the card prints it, and what an officer should look at on it."""

    jpeg: bytes
    remark: PhotoRemark | None = None


class Applications(Protocol):
    """Cases."""

    def add(self, application: Application) -> None:
        """Raises Conflict when the reference or the fee receipt is already used."""
        ...

    def get(self, reference: str) -> Application | None: ...

    def save(self, application: Application) -> None:
        """Write a moved case. Raises Conflict unless the stored version is exactly one lower."""
        ...

    def find(self, *, states: Iterable[ApplicationState], text: str, limit: int, offset: int) -> Sequence[Application]:
        """Oldest first; `text` is part of a passport number, name, reference or registration number, "" for all."""
        ...

    def count(self, *, states: Iterable[ApplicationState], text: str) -> int: ...

    def by_receipt(self, receipt_no: str) -> Application | None: ...

    def of_person(self, passport_no: str, *, birth_date: date | None) -> Sequence[Application]:
        """Newest first, at most ten. With a birth date only where both are right; one search either way."""
        ...


class Clearances(Protocol):
    """Issued clearances."""

    def add(self, clearance: Clearance) -> None:
        """Raises Conflict when the passport has an active clearance or a number or status index is used twice."""
        ...

    def get(self, clearance_no: str) -> Clearance | None: ...

    def set_status(self, clearance: Clearance) -> None:
        """Write the status and the revocation of a clearance; INVALID is final, Conflict otherwise."""
        ...

    def active_for_passport(self, passport_no: str) -> Clearance | None:
        """The clearance of a passport that is VALID or SUSPENDED, even one that has run out."""
        ...

    def for_application(self, reference: str) -> Clearance | None:
        """The clearance of a case: of several, the one that was not superseded, else the newest."""
        ...

    def find(self, *, text: str, limit: int, offset: int) -> Sequence[Clearance]:
        """Newest first; `text` is part of a clearance or passport number, "" for all."""
        ...

    def count(self, *, text: str) -> int: ...

    def statuses(self, uri: str) -> Mapping[int, Status]:
        """Every index of one status list whose status is not VALID."""
        ...

    def standing_of_key(self, kid: bytes, *, on: date, after: str, limit: int) -> Sequence[Clearance]:
        """Those a key signed that are VALID or SUSPENDED and have not run out on a day, in order of their numbers,
        those after a number only."""
        ...

    def last_valid_day(self, uri: str) -> date | None:
        """The last day of the card of one status list that runs longest; None for a list without cards."""
        ...

    def signed_by_key(self) -> Mapping[bytes, int]:
        """How many cards each card key has signed, by its key identifier."""
        ...


class Permits(Protocol):
    """Recruitment permits and the agencies that hold them."""

    def add(self, permit: Permit) -> None: ...

    def get(self, number: str) -> Permit | None: ...

    def take_place(self, number: str) -> None:
        """Use one place. Raises Conflict when none is left: the database decides, not the value read before."""
        ...

    def add_agency(self, agency: Agency) -> None: ...

    def agency(self, licence_no: str) -> Agency | None: ...


class Staff(Protocol):
    """Officers and offices."""

    def add(self, officer: Officer) -> None: ...

    def get(self, number: str) -> Officer | None: ...

    def by_username(self, username: str) -> Officer | None: ...

    def all(self) -> Sequence[Officer]:
        """In order of their numbers."""
        ...

    def save(self, officer: Officer) -> None: ...

    def add_office(self, office: Office) -> None: ...

    def office(self, code: str) -> Office | None: ...


@dataclass(frozen=True, kw_only=True)
class SigningIntent:
    """What is about to be signed, written down before it is: at most one for each application."""

    application_reference: str
    clearance_no: str
    status_ref: StatusRef
    issuer_no: str
    planned_at: datetime
    payload_sha256: str


class Intents(Protocol):
    """Signing intents and the status indices they reserve."""

    def for_application(self, reference: str) -> SigningIntent | None: ...

    def plan(self, intent: SigningIntent) -> None:
        """Write the intent, replacing an earlier one of the same application.

        Raises Conflict when the clearance number or the status index was ever used by another.
        """
        ...

    def index_is_free(self, ref: StatusRef) -> bool: ...

    def promised(self, permit_no: str, *, besides: str) -> int:
        """How many approved cases of a permit, `besides` one, have an intent: their places are as good as used."""
        ...

    def drawn(self, uri: str) -> int:
        """How many indices of one status list are taken, give or take those planned and not used."""
        ...

    def abandoned(self, uri: str) -> Iterable[int]:
        """Indices on one status list of cards that may have been signed and will not be recorded: their case was
        rejected, or the card that they were to replace was revoked."""
        ...


class Reissues(Protocol):
    """Cards to be issued anew because their key is trusted no more."""

    def queue(self, kid: bytes, *, on: date, at: datetime) -> int:
        """Put down every card of a key that stands and has not run out on a day; how many were not there before."""
        ...

    def get(self, clearance_no: str) -> Reissue | None: ...

    def waiting(self, *, after: str, limit: int) -> Sequence[Reissue]:
        """Unsettled entries in order of their numbers, those after a number only; "" for all."""
        ...

    def refused(self, *, limit: int) -> Sequence[Reissue]:
        """Entries settled by a ground, in order of their numbers."""
        ...

    def settle(self, reissue: Reissue) -> None:
        """Write how an entry was settled. Raises NotOnRecord."""
        ...

    def reopen_refused(self) -> int:
        """Let every entry that was settled by a ground wait again; how many there were."""
        ...

    def tallies(self) -> Sequence[ReissueTally]:
        """One for each key with entries, the first one put down first."""
        ...


class Desks(Protocol):
    """Desks enrolled with the office."""

    def add(self, desk: Desk) -> None:
        """Raises Conflict when the id was ever used, or an open desk bears the name."""
        ...

    def get(self, desk_id: str) -> Desk | None: ...

    def open(self) -> Sequence[Desk]:
        """Those that were not withdrawn, in order of their names."""
        ...

    def save(self, desk: Desk) -> None:
        """Raises NotOnRecord."""
        ...


class SigningControls(Protocol):
    """What bounds the use of the card key: the signatures made, and the stop."""

    def count(self, intent: SigningIntent) -> None:
        """Write down that the card key is about to be asked for a new credential."""
        ...

    def lately(self, now: datetime) -> SignedLately: ...

    def standing_stop(self) -> SigningStop | None:
        """The stop that holds now."""
        ...

    def stop(self, order: SigningStop) -> None: ...

    def resume(self, *, officer_no: str, at: datetime) -> None:
        """Lift the standing stop; it stays on record."""
        ...


class AuditLog(Protocol):
    """The append-only, hash-chained record; an entry stands in the same transaction as the act."""

    def append(self, entry: AuditEntry) -> None: ...

    def entries(self, *, subject: str) -> Sequence[AuditEntry]:
        """Oldest first."""
        ...

    def head(self) -> AuditHead: ...

    def verify(self, *, noted: Iterable[AuditHead] = ()) -> AuditReport:
        """Check the whole record against its head and against heads noted earlier, outside the database."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving the block without `commit` writes nothing."""

    applications: Applications
    clearances: Clearances
    permits: Permits
    staff: Staff
    intents: Intents
    desks: Desks
    reissues: Reissues
    signing: SigningControls
    audit: AuditLog

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


class Database(Protocol):
    """Where units of work come from."""

    def read(self) -> UnitOfWork:
        """A consistent read; committing it is an error."""
        ...

    def write(self) -> UnitOfWork:
        """A transaction that holds the right to write from its first statement on. Raises Unavailable."""
        ...


class Documents(Protocol):
    """Photos and sealed cards, named by the SHA-256 of their bytes, never changed."""

    def put(self, content: bytes) -> str:
        """Store durably and return the lower-case hex SHA-256; storing the same bytes twice is one document."""
        ...

    def get(self, sha256: str) -> bytes:
        """Raises KeyError when it is not there; bytes that no longer match their name count as not there."""
        ...


class DoesNotFit(Exception):
    """What must stand on a plastic card does not fit on it; the message says whose. Nothing was printed."""


class CardPrinter(Protocol):
    """Paper and plastic: drawing and reading back."""

    def get_ready(self) -> None:
        """Load what the first card needs, so that its officer does not wait."""
        ...

    def render(self, card: PrintedCard) -> bytes:
        """The card as PDF, every page with its QR."""
        ...

    def read_back(self, pdf: bytes, *, dpi: int = COARSE, treatment: Treatment = Treatment.NONE) -> tuple[str, ...]:
        """The QR text of each page, read from its picture; empty where a page shows no readable QR."""
        ...

    def render_plastic(self, cards: Sequence[PrintedCard]) -> bytes:
        """Front and back of each card for a card printer, as a PDF of so many pages twice. Raises DoesNotFit."""
        ...

    def render_sheets(self, cards: Sequence[PrintedCard]) -> bytes:
        """The same cards on sheets of A4 for an office printer, fronts and backs in turn. Raises DoesNotFit."""
        ...

    def codes(self, pdf: bytes) -> tuple[tuple[str, ...], ...]:
        """The text of every readable QR on each page, as a printer of 300 dpi would lay it down."""
        ...

    def code_png(self, text: str) -> bytes:
        """The QR code of a text, alone, for a screen."""
        ...

    def code_svg(self, text: str) -> bytes:
        """The same as shapes, for any size."""
        ...

    def picture(self, pdf: bytes, *, text: str) -> bytes:
        """A small picture (PNG, at most 40 kB) of a finished card whose code says `text`. Raises ValueError."""
        ...

    def missing_characters(self, text: str) -> str:
        """Those characters of `text` that the card's typeface cannot print."""
        ...


class SealingPrinter(CardPrinter, Protocol):
    """A printer with the seal key: only the signing component has one."""

    def seal(self, pdf: bytes, *, at: datetime) -> bytes:
        """The PDF with our signature on it."""
        ...


@dataclass(frozen=True, kw_only=True)
class ComponentState:
    """Which card key signs now, and whether everything that the first card needs is loaded."""

    kid: bytes
    ready: bool


class SigningService(Protocol):
    """The signing component, as everybody else sees it (docs/adr/0060). It alone holds keys and believes no caller."""

    def issue(self, reference: str, *, officer_no: str) -> str | Refused:
        """The number of the clearance that was issued for a case; the same one however often the officer asks.

        Raises NotOnRecord; Conflict where another officer was faster; NotSigned.
        """
        ...

    def reissue(self, clearance_no: str, *, officer_no: str) -> str | Refused:
        """The number of the clearance that took the place of a card on the list of re-issues; the same one each time.

        A refusal because of the case itself settles the entry. Raises NotOnRecord, Conflict, NotSigned.
        """
        ...

    def publish_status(self) -> None:
        """Publish which cards no longer hold, as the database has it now. Raises NotSigned."""
        ...

    def state(self) -> ComponentState:
        """Raises NotSigned where it does not answer."""
        ...


class PasswordHasher(Protocol):
    """Password hashes (argon2id)."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """False also for None, after the same work: an unknown user takes as long as a wrong password."""
        ...


class StatusPublisher(Protocol):
    """Signs the status lists and the trust bundle that names them, and puts them where desks fetch them.

    Each file is replaced atomically, or not at all. `at` is epoch seconds.
    """

    def publish_lists(self, values_of: Callable[[str], Mapping[int, Status]], *, at: int) -> None:
        """Publish those of the bundle's lists that changed, are due or are not whole. `values_of` gives the indices of
        a list, named by its address, that are not VALID; it is asked while nobody else publishes.

        Two lists of one second must not share an iat: readers take that for a roll-back (docs/CARD-FORMAT.md, 7).
        """
        ...

    def name_lists(self, uris: Sequence[str], *, at: int) -> None:
        """Publish a bundle that names these lists, the one of new cards last, before any list that is new."""
        ...

    def republish_trust(self, at: int) -> None:
        """Sign the published trust bundle anew, with a new term."""
        ...


class SealingKey(Protocol):
    """The key that seals card PDFs (PAdES): ECDSA P-256 with SHA-256.

    `certificate_der` is the seal certificate, `chain_der` what leads from it to the root (the root included).
    """

    @property
    def certificate_der(self) -> bytes: ...

    @property
    def chain_der(self) -> tuple[bytes, ...]: ...

    def sign(self, message: bytes) -> bytes:
        """DER-encoded ECDSA signature over SHA-256 of `message`."""
        ...
