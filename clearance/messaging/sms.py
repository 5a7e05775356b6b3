"""SMS through a gateway with an HTTP interface: what it wants to be sent is a matter of settings.

Every gateway takes the same few facts under names of its own. The settings name them (`fields`), say how they travel
(JSON, form, query) and by what an answer shows that the message was taken.
"""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from clearance.domain.delivery import CaseEvent
from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.http import exchange
from clearance.messaging.settings import PLACEHOLDER, Encoding
from clearance.messaging.words import Letterhead, sms_text

SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class SmsGateway:
    """Implements `clearance.issuing.ports.MessageSender`."""

    url: str
    encoding: Encoding
    fields: Mapping[str, str]
    head: Letterhead
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: str = ""
    """A regular expression that the body of a good answer matches somewhere; any good status will do without one."""
    secret: str = field(default="", repr=False)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    def send(self, to: str, event: CaseEvent, *, reference: str, delivery_id: str) -> None:
        facts = {
            "to": to,
            "to_plain": to.removeprefix("+"),
            "text": sms_text(event, self.head),
            "id": delivery_id,
            "secret": self.secret,
        }
        fields = {name: _filled(template, facts) for name, template in self.fields.items()}
        headers = {name: _filled(template, facts) for name, template in self.headers.items()}
        method, url, body, kind = self._request(fields)
        answer = exchange(method, url, headers={**headers, **kind}, body=body, tls=self.tls, seconds=self.seconds)
        if not 200 <= answer.status < 300:
            raise NotSent(SendFault.ANSWERED, status=answer.status)
        if not re.search(self.accepted, answer.body.decode("utf-8", "replace")):
            raise NotSent(SendFault.REFUSED)

    def _request(self, fields: Mapping[str, str]) -> tuple[str, str, bytes, Mapping[str, str]]:
        match self.encoding:
            case Encoding.JSON:
                return "POST", self.url, json.dumps(fields).encode(), {"Content-Type": "application/json"}
            case Encoding.FORM:
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                return "POST", self.url, urlencode(fields).encode(), kind
            case Encoding.QUERY:
                joint = "&" if "?" in self.url else "?"
                return "GET", f"{self.url}{joint}{urlencode(fields)}", b"", {}


def _filled(template: str, facts: Mapping[str, str]) -> str:
    # In one pass: a text that looks like a placeholder stays a text.
    return PLACEHOLDER.sub(lambda found: facts[found[1]], template)
