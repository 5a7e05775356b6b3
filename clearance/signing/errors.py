"""What can go wrong with keys and publication; each message is a sentence that says what happened and what to do."""

from clearance.issuing.ports import KeysUnusable


class SigningFault(KeysUnusable):
    """Base of the faults below, for whoever only shows the sentence."""


class KeyRefused(SigningFault):
    """A key, request or certificate file is missing, damaged, too open, or does not fit its purpose."""


class PassphraseWrong(KeyRefused):
    """A key is encrypted and the passphrase is missing or does not open it; or the passphrase is too weak to use."""


class PinWrong(PassphraseWrong):
    """The PIN of a hardware token is missing, wrong or locked."""


class KeyUnreachable(KeyRefused):
    """A hardware key cannot be used now: no module, no token, no such key in it, or it was taken away while signing."""


class DirectoryInUse(SigningFault):
    """A ceremony would overwrite something."""


class OutOfOrder(SigningFault):
    """A step of the ceremony was asked for before what must come first. Nothing was changed."""


class PublicationRefused(SigningFault):
    """Publishing now would break the order that desks rely on."""
