"""Reading our own work before anybody else does, with the very code of the desk."""

from clearance.credential.gate import verdict_for
from clearance.credential.reasons import Reason
from clearance.issuing.service import Service


class CredentialNotAccepted(Exception):
    """A desk would not pass what was just signed: a key, a list or the clock is wrong. Nothing was released."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"a desk would answer '{reason.value}' to the new card")
        self.reason = reason


class CardUnreadable(Exception):
    """The QR of a drawn page does not give back the text that was drawn. Nothing was released."""

    def __init__(self, page: int) -> None:
        super().__init__(f"the QR on page {page} of the new card cannot be read back")
        self.page = page


def check_text(service: Service, qr_text: str) -> None:
    """Pass only what a desk with today's files would pass now. Raises CredentialNotAccepted."""
    verdict = verdict_for(qr_text, held=service.held(), at=int(service.now().timestamp()))
    if verdict.reason is not Reason.VALID:
        raise CredentialNotAccepted(verdict.reason)


def check_pages(service: Service, pdf: bytes, *, qr_text: str) -> None:
    """Read the QR of every page and judge it. Raises CardUnreadable or CredentialNotAccepted."""
    texts = service.printer.read_back(pdf)
    if not texts:
        raise CardUnreadable(1)
    for page, text in enumerate(texts, start=1):
        if text != qr_text:
            raise CardUnreadable(page)
        check_text(service, text)
