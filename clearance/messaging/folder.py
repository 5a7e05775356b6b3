"""Messages laid into a folder instead of being sent: for the demo, whose workers are invented."""

from dataclasses import dataclass
from pathlib import Path

from clearance.domain.delivery import CaseEvent
from clearance.messaging.words import Letterhead, mail_subject, mail_text, sms_text


@dataclass(frozen=True, kw_only=True)
class MessageFolder:
    """Implements `clearance.issuing.ports.MessageSender`; an address with @ gets a letter, another one an SMS."""

    folder: Path
    head: Letterhead

    def send(self, to: str, event: CaseEvent, *, reference: str, delivery_id: str) -> None:
        if "@" in to:
            text = f"To: {to}\nSubject: {mail_subject()}\n\n{mail_text(event, self.head, reference=reference)}"
        else:
            text = f"To: {to}\n\n{sms_text(event, self.head)}\n"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / f"{delivery_id}.txt").write_text(text, encoding="utf-8")
