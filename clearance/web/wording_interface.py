"""What programs of others are told when something is wrong, in both languages, so that they can show it to people.

Nothing that was sent is repeated: an answer may be logged by whoever asked, and passport numbers do not belong there.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from clearance.domain.delivery import CaseEvent, Channel, DeliveryState
from clearance.domain.eligibility import Objection
from clearance.issuing.fields import Fault
from clearance.web.wording import ground_text
from clearance.web.wording_entry import fault_text
from clearance_templates.i18n import N_, Translator, translator

HIDDEN = "…"
"""What stands in a sentence for a text that was sent."""
_ECHOES = frozenset({"text", "character", "code"})
_OF_OTHERS = frozenset({"reference"})
"""Details of an objection that may belong to another agency."""


class ProblemCode(StrEnum):
    """What can go wrong; the codes never change their meaning."""

    MALFORMED = "malformed"
    KEY_MISSING = "key_missing"
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - the name of a problem
    SCOPE_MISSING = "scope_missing"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    KEY_IN_HAND = "key_in_hand"
    TOO_LARGE = "too_large"
    WRONG_MEDIA_TYPE = "wrong_media_type"
    INVALID = "invalid"
    REFUSED = "refused"
    KEY_OF_ANOTHER = "key_of_another"
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    WITHHELD = "withheld"
    TOO_MANY_REQUESTS = "too_many_requests"
    FAILED = "failed"
    BUSY = "busy"


PROBLEM_WORDS: Mapping[ProblemCode, str] = {
    ProblemCode.MALFORMED: N_("The request cannot be read. Send one JSON object in UTF-8."),
    ProblemCode.KEY_MISSING: N_(
        "The header Idempotency-Key is missing or not 1 to 255 printable characters. Send a new one with each new "
        "request, and the same one with a repetition."
    ),
    ProblemCode.TOKEN_UNKNOWN: N_("The token opens nothing. It may have expired or been revoked; ask for a new one."),
    ProblemCode.SCOPE_MISSING: N_("This client was not given the scope that this needs."),
    ProblemCode.NOT_FOUND: N_("There is nothing here that this client may see."),
    ProblemCode.METHOD_NOT_ALLOWED: N_("This address does not take that method."),
    ProblemCode.CONFLICT: N_("Somebody else was faster. Read how it stands now, then decide anew."),
    ProblemCode.KEY_IN_HAND: N_("A request with this Idempotency-Key is being handled. Repeat it in a moment."),
    ProblemCode.TOO_LARGE: N_("What was sent is too large."),
    ProblemCode.WRONG_MEDIA_TYPE: N_("The request must be of the type application/json."),
    ProblemCode.INVALID: N_("Something in the request is not right; “errors” says what."),
    ProblemCode.REFUSED: N_("The rules of the office do not allow this; “errors” says why."),
    ProblemCode.KEY_OF_ANOTHER: N_("This Idempotency-Key was sent with another request. Take a new one."),
    ProblemCode.TOO_MANY_WEBHOOKS: N_("This client has as many webhooks as it may. Remove one first."),
    ProblemCode.WITHHELD: N_("So few cards fall into this month that the table would tell about single people."),
    ProblemCode.TOO_MANY_REQUESTS: N_("Too many requests. Wait as long as Retry-After says."),
    ProblemCode.FAILED: N_("Something went wrong on our side. Nothing is lost; repeat the request."),
    ProblemCode.BUSY: N_("The service is busy. Nothing is lost; repeat the request as Retry-After says."),
}
SHAPE_WORDS: Mapping[str, str] = {
    "missing": N_("must be there."),
    "extra_forbidden": N_("The request has a field that is not known here."),
    "string_type": N_("must be a text in quotes."),
    "string_too_short": N_("is too short."),
    "string_too_long": N_("is too long."),
    "string_pattern_mismatch": N_("does not have the right form."),
    "base64": N_("must be the file in Base64."),
    "uncarried": N_("The card cannot carry what was entered. Shorten names and texts."),
}
"""What is wrong with the shape of a request, by the codes of pydantic and two of our own."""
OTHER_SHAPE = N_("is not of the right kind.")

CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.WEBHOOK: N_("Webhook"),
    Channel.SMS: N_("SMS"),
    Channel.EMAIL: N_("E-mail"),
}
DELIVERY_WORDS: Mapping[DeliveryState, str] = {
    DeliveryState.WAITING: N_("Waiting to be sent"),
    DeliveryState.DELIVERED: N_("Sent"),
    DeliveryState.DEAD: N_("Given up"),
    DeliveryState.DROPPED: N_("Not sent"),
}
EVENT_WORDS: Mapping[CaseEvent, str] = {
    CaseEvent.SUBMITTED: N_("Application arrived"),
    CaseEvent.CHECKED: N_("Application checked"),
    CaseEvent.RETURNED: N_("To be put right"),
    CaseEvent.APPROVED: N_("Application approved"),
    CaseEvent.REJECTED: N_("Application rejected"),
    CaseEvent.ISSUED: N_("Card ready"),
    CaseEvent.HELD: N_("Card on hold"),
    CaseEvent.RELEASED: N_("Card no longer on hold"),
    CaseEvent.REPLACED: N_("Newer card ready"),
    CaseEvent.REVOKED: N_("Card cancelled"),
    CaseEvent.DEPARTED: N_("Worker departed"),
    CaseEvent.PING: N_("Test"),
}

ERROR_WORDS: Mapping[str, str] = {
    "unreachable": N_("The other end cannot be reached."),
    "timeout": N_("The other end did not answer in time."),
    "not_trusted": N_("The line to the other end is not safe."),
    "not_public": N_("The address leads into a network that is closed to us."),
    "answered": N_("The other end answered with %(status)s."),
    "refused": N_("The other end refused it (%(status)s)."),
    "opted_out": N_("The worker wants no messages."),
    "no_address": N_("There is no address any more."),
    "closed": N_("The webhook was closed."),
}
"""Why a delivery failed or was not sent: the codes of `SendFault`, and those of what nobody wants."""


def problem_texts(code: ProblemCode) -> dict[str, str]:
    """What a problem means, by language."""
    return _both(lambda t: t.gettext(PROBLEM_WORDS[code]))


def fault_texts(fault: Fault) -> dict[str, str]:
    """What is wrong with a field of an application, without what was sent."""
    hidden = {name: HIDDEN if name in _ECHOES else value for name, value in fault.details.items()}
    return _both(lambda t: fault_text(Fault(field=fault.field, kind=fault.kind, details=hidden), t))


def shape_texts(kind: str) -> dict[str, str]:
    """What is wrong with the shape of a field."""
    return _both(lambda t: t.gettext(SHAPE_WORDS.get(kind, OTHER_SHAPE)))


def objection_texts(objection: Objection) -> dict[str, str]:
    """What stands against a case, without the numbers of other people's cases."""
    hidden = {name: HIDDEN if name in _OF_OTHERS else value for name, value in objection.details.items()}
    return _both(lambda t: ground_text(Objection(ground=objection.ground, details=hidden), t))


def channel_text(channel: Channel, t: Translator) -> str:
    """By which road."""
    return t.gettext(CHANNEL_WORDS[channel])


def delivery_text(state: DeliveryState, t: Translator) -> str:
    """Where a delivery stands."""
    return t.gettext(DELIVERY_WORDS[state])


def error_text(code: str, t: Translator) -> str:
    """Why a delivery failed or was not sent. A code may end in the number that the other end gave."""
    kind, _, status = code.rpartition("_")
    known = code if code in ERROR_WORDS else kind
    return t.gettext(ERROR_WORDS[known]) % {"status": status if known == kind else "-"}


def event_text(event: CaseEvent, t: Translator) -> str:
    """What is told."""
    return t.gettext(EVENT_WORDS[event])


def _both(say: Callable[[Translator], str]) -> dict[str, str]:
    return {"bn": say(translator("bn")), "en": say(translator("en"))}
