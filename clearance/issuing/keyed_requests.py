"""Requests that may be repeated: the same key and the same request get the same answer, and are carried out once.

Before anything is done the key is reserved; the answer is written in the transaction of the act itself, so that no
crash can come between them. A reservation whose process died is free again after a while (docs/adr/0096).
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from clearance.issuing.clients import Caller
from clearance.issuing.ports import KeyedRequest, StoredAnswer
from clearance.issuing.service import Service

IN_HAND = timedelta(seconds=60)
"""How long a request may be in hand before a repetition takes it for lost."""
KEPT = timedelta(days=7)
"""How long an answer is kept: far longer than anybody repeats a request."""


class KeyMisused(Enum):
    """Why a keyed request is not carried out."""

    OTHER_REQUEST = auto()
    """The key was given to another request."""
    STILL_IN_HAND = auto()
    """The same request is being handled at this moment."""


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """The request is the caller's to carry out; the answer is to be written with `request`."""

    request: KeyedRequest


def reserve(service: Service, caller: Caller, *, key: str, fingerprint: str) -> Reserved | StoredAnswer | KeyMisused:
    """The right to carry a request out, or the answer that it was given, or why neither."""
    now = service.now()
    with service.database.write() as work:
        known = work.keyed_requests.get(caller.client.id, key)
        if known is not None:
            if known.fingerprint != fingerprint:
                return KeyMisused.OTHER_REQUEST
            if known.answer is not None:
                return known.answer
            if now < known.reserved_until <= now + IN_HAND:  # further ahead is the time of a clock since set back
                return KeyMisused.STILL_IN_HAND
        request = KeyedRequest(
            client_id=caller.client.id,
            key=key,
            fingerprint=fingerprint,
            lease=secrets.token_hex(16),
            reserved_until=now + IN_HAND,
        )
        work.keyed_requests.reserve(request)
        work.commit()
    return Reserved(request=request)


def keep(service: Service, reserved: Reserved, answer: StoredAnswer) -> None:
    """Keep the answer to a request that changed nothing else. Raises Conflict where another has it in hand."""
    with service.database.write() as work:
        work.keyed_requests.answer(reserved.request, answer)
        work.commit()


def give_back(service: Service, reserved: Reserved) -> None:
    """Let a repetition carry the request out at once: nothing came of it."""
    with service.database.write() as work:
        known = work.keyed_requests.get(reserved.request.client_id, reserved.request.key)
        if known is not None and known.lease == reserved.request.lease and known.answer is None:
            work.keyed_requests.reserve(replace(known, reserved_until=service.now()))
            work.commit()


def forget_old(service: Service, now: datetime) -> int:
    """The chore: remove answers that nobody asks for any more; how many there were."""
    with service.database.write() as work:
        forgotten = work.keyed_requests.forget(reserved_before=now - KEPT)
        work.commit()
    return forgotten
