"""E-mail by SMTP (RFC 5321), encrypted unless the server is this machine's own."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from clearance.domain.delivery import CaseEvent
from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.settings import MailSecurity
from clearance.messaging.words import Letterhead, mail_subject, mail_text

SECONDS = 20.0
"""For each answer of the server."""


@dataclass(frozen=True, kw_only=True)
class SmtpMail:
    """Implements `clearance.issuing.ports.MessageSender`."""

    host: str
    port: int
    security: MailSecurity
    sender: str
    head: Letterhead
    now: Callable[[], datetime]
    username: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    def send(self, to: str, event: CaseEvent, *, reference: str, delivery_id: str) -> None:
        message = self._message(to, event, reference, delivery_id)
        try:
            server = self._connected()
            try:
                server.send_message(message, from_addr=self.sender, to_addrs=[to])
                with suppress(OSError, smtplib.SMTPException):  # it is accepted, however the goodbye goes
                    server.quit()
            finally:
                server.close()
        except smtplib.SMTPRecipientsRefused as refused:
            [(status, _)] = refused.recipients.values()
            raise NotSent(SendFault.REFUSED, status=status, for_good=status >= 500) from None
        except smtplib.SMTPResponseException as refused:
            raise NotSent(SendFault.ANSWERED, status=refused.smtp_code) from None
        except TimeoutError:
            raise NotSent(SendFault.TIMEOUT) from None
        except (ssl.SSLError, smtplib.SMTPNotSupportedError):
            raise NotSent(SendFault.NOT_TRUSTED) from None
        except (OSError, smtplib.SMTPException) as error:
            slow = isinstance(error.__context__, TimeoutError)  # smtplib wraps it where the greeting stays away
            raise NotSent(SendFault.TIMEOUT if slow else SendFault.UNREACHABLE) from None

    def _connected(self) -> smtplib.SMTP:
        if self.security is MailSecurity.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=self.tls)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        try:
            if self.security is MailSecurity.STARTTLS:
                server.starttls(context=self.tls)
            if self.username:
                server.login(self.username, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, to: str, event: CaseEvent, reference: str, delivery_id: str) -> EmailMessage:
        message = EmailMessage()
        try:
            message["To"] = to
        except ValueError:
            raise NotSent(SendFault.REFUSED, for_good=True) from None
        message["From"] = self.sender
        message["Subject"] = mail_subject()
        message["Date"] = format_datetime(self.now())
        # The same for every try: mail servers and readers drop what they have already.
        message["Message-ID"] = f"<{delivery_id}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "bn, en"
        message.set_content(mail_text(event, self.head, reference=reference), cte="base64")
        return message
