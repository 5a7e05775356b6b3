"""What travels: the JSON of requests and answers. No name and no passport number is in any answer."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from clearance.domain.delivery import CaseEvent, DeliveryState
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.statistics import Dimension
from clearance.issuing.fields import MAX_CELL
from clearance.issuing.interface import NextActor
from clearance.issuing.rows import COLUMNS, EXAMPLE, OPTIONAL
from clearance.web.wording_entry import FIELD_WORDS
from clearance.web.wording_interface import ProblemCode

MAX_PHOTO = 14_000_000
"""Characters of Base64: a file of 10 MB."""
MAX_LIST = 100

WEBHOOK_URL = r"^https://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?(/[!$&-;=?-Z_a-z~%]*)?$"


class Strict(BaseModel):
    """Nothing but what is described."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Texts(Strict):
    """A sentence in both languages."""

    bn: str
    en: str


class Error(Strict):
    """One thing that is wrong. `field` names a field of the request, or is null; `code` never changes its meaning."""

    field: str | None
    code: str
    messages: Texts


class Problem(Strict):
    """What went wrong (RFC 9457). `code` says it to a program, `messages` to people; nothing sent is repeated."""

    type: str
    title: str
    status: int
    code: ProblemCode
    messages: Texts
    errors: list[Error]


class Case(Strict):
    """A case as the list shows it. `receipt_no` is the fee receipt that it was submitted with."""

    reference: str
    state: ApplicationState
    submitted_at: datetime
    receipt_no: str
    permit_no: str
    clearance_no: str | None
    valid_until: date | None
    next_actor: NextActor


class Missing(Strict):
    """One thing that stands against a clearance today, and what would satisfy it."""

    code: str
    messages: Texts


class CaseStatus(Case):
    """A case alone: what is missing today, whether headquarters decides, and why it was sent back, if it was."""

    headquarters_decides: bool
    missing: list[Missing]
    returned_because: str | None


class CasePage(Strict):
    """A part of the list, oldest first. `next_cursor` leads to the next part; null at the end."""

    items: list[Case]
    next_cursor: str | None


class Permit(Strict):
    """A recruitment permit and what is left of it."""

    number: str
    licence_no: str | None
    destination: str
    places: int
    used: int
    balance: int
    valid_from: date
    valid_until: date


class PermitList(Strict):
    """Permits in order of their numbers."""

    items: list[Permit]


class Licence(Strict):
    """An agency's licence. It is in force until the day `valid_until`, unless it is suspended."""

    licence_no: str
    name: Texts
    valid_until: date
    suspended_on: date | None
    in_force: bool


class NewWebhook(Strict):
    """Where changes are to be sent: an https address without user name and fragment."""

    url: Annotated[str, StringConstraints(pattern=WEBHOOK_URL, max_length=500)] = Field(
        examples=["https://agency.example/clearance"]
    )


class Webhook(Strict):
    """A registered address. Until `overlap_until` the secret before a rotation signs as well."""

    id: str
    url: str
    created_at: datetime
    overlap_until: datetime | None


class WebhookList(Strict):
    """Webhooks, oldest first."""

    items: list[Webhook]


class WebhookSecret(Strict):
    """The secret that signs what a webhook is sent (Standard Webhooks)."""

    secret: str


class Delivery(Strict):
    """Something sent to a webhook, or waiting. `id` is the header webhook-id of every try."""

    id: str
    event: CaseEvent
    reference: str
    state: DeliveryState
    attempts: int
    occurred_at: datetime
    next_try_at: datetime | None
    settled_at: datetime | None
    error: str | None


class DeliveryList(Strict):
    """Deliveries, newest first."""

    items: list[Delivery]


class CardCounts(Strict):
    """Cards issued in a month, and of these: held now, taken back, departed. Null where fewer than five people are
    counted, or where the number would give such a one away."""

    issued: int | None
    held: int | None
    revoked: int | None
    departed: int | None


class CardCountsOf(CardCounts):
    """The same for one value of the dimension, such as a destination."""

    value: str


class Statistics(Strict):
    """Counts of one calendar month by one dimension."""

    month: str
    by: Dimension
    rows: list[CardCountsOf]
    total: CardCounts


class StatisticsQuery(Strict):
    """Which month, and by what its cards are counted."""

    month: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
    by: Dimension


class CaseQuery(Strict):
    """Which cases: of one state, so many at most, those after a cursor."""

    state: ApplicationState | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIST)] = 50
    cursor: Annotated[str, StringConstraints(pattern=r"^APP-[0-9A-Z]{8}$")] | None = None


class PermitQuery(Strict):
    """Which permit; all without a number."""

    number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9/-]{1,30}$")] | None = None


class DeliveryQuery(Strict):
    """Which deliveries: of one state, so many at most."""

    state: DeliveryState | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIST)] = 50


class Nothing(Strict):
    """A request or an answer without content."""


def _field(name: str) -> tuple[Any, Any]:
    """A field of an application: the same text as a cell of the CSV template, read and judged like one."""
    words = FIELD_WORDS.get(name, name)
    if name == "photo":
        portrait = Annotated[str, StringConstraints(min_length=4, max_length=MAX_PHOTO, pattern=r"^[A-Za-z0-9+/]+=*$")]
        return portrait, Field(description=f"{words}: JPEG or PNG, at most 10 MB, in Base64.")
    cell = Annotated[str, StringConstraints(max_length=MAX_CELL)]
    examples = [EXAMPLE[name]] if EXAMPLE[name] else None
    if name in OPTIONAL:
        return cell, Field(default="", description=f"{words}. May be empty or left out.", examples=examples)
    return cell, Field(description=f"{words}.", examples=examples)


_CELLS: dict[str, Any] = {name: _field(name) for name in COLUMNS}
NewCase: type[Strict] = create_model(
    "NewCase",
    __base__=Strict,
    __doc__="An application: the fields of the CSV template as texts, with the photo itself in place of its name.",
    **_CELLS,
)
