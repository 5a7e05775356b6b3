"""The sections `[messages]` and `[webhooks]` of the settings.

Every program reads them, also those that send nothing: only words and numbers here, no adapter. Secrets come from files
or from the environment.
"""

import re
from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

PLACEHOLDERS = frozenset({"to", "to_plain", "text", "id", "secret"})
"""`{to}` is the number as +8801…, `{to_plain}` the same without the sign, `{id}` stays the same when the message is
sent again, `{secret}` is the password or key from a file."""
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class MailSecurity(StrEnum):
    """How the line to the mail server is protected."""

    TLS = "tls"
    """From the first byte, usually on port 465."""
    STARTTLS = "starttls"
    """Before anything is said, usually on port 587; without it nothing is sent."""
    NONE = "none"
    """Not at all: for a server on this machine."""


class Encoding(StrEnum):
    """How the fields of an SMS travel."""

    JSON = "json"
    FORM = "form"
    QUERY = "query"


def _known_placeholders(template: str) -> str:
    unknown = frozenset(PLACEHOLDER.findall(template)) - PLACEHOLDERS
    if unknown:
        raise ValueError(f"{{{min(unknown)}}} means nothing here; see docs/API.md")
    return template


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


Template = Annotated[str, AfterValidator(_known_placeholders)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SmtpSettings(_Section):
    """The section `[messages.smtp]`: the mail server. Without a host no e-mail is sent."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65_535)
    security: MailSecurity = MailSecurity.STARTTLS
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    sender: str = Field(default="no-reply@bmet.gov.bd", pattern=r"^[^@\s<>]+@[^@\s<>]+$")

    @model_validator(mode="after")
    def _password_is_protected(self) -> Self:
        if self.username and self.security is MailSecurity.NONE:
            raise ValueError("a password needs security = tls or starttls")
        return self


class SmsSettings(_Section):
    """The section `[messages.sms]`: the gateway. Without an address no SMS is sent."""

    url: str = Field(default="", pattern=r"^(|https://\S+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?)$")
    encoding: Encoding = Encoding.JSON
    fields: Mapping[str, Template] = {"to": "{to}", "text": "{text}", "reference": "{id}"}
    headers: Mapping[str, Template] = {}
    accepted: Annotated[str, AfterValidator(_compiles)] = ""
    secret: SecretStr | None = None
    secret_file: Path | None = None


class MessageSettings(_Section):
    """The section `[messages]`: how workers are told of their cases."""

    smtp: SmtpSettings = SmtpSettings()
    sms: SmsSettings = SmsSettings()
    helpline: str = Field(default="16135", pattern=r"^\+?[0-9 ]{3,20}$")
    """Whom a message says to call."""
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    """Dhaka time. SMS wait for the morning, but for those that say not to travel. The same time twice: never quiet."""


class WebhookSettings(_Section):
    """The section `[webhooks]`: private networks that webhooks may lead into, such as `10.20.0.0/16`; none at first."""

    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
