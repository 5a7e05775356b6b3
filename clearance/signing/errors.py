"""What can go wrong with keys and publication; each message is a sentence that says what happened and what to do."""


class SigningFault(Exception):
    """Base of the faults below, for whoever only shows the sentence."""


class KeyRefused(SigningFault):
    """A key or certificate file is missing, damaged, too open, or does not fit its purpose."""


class PassphraseWrong(KeyRefused):
    """A key is encrypted and the passphrase is missing or does not open it; or the passphrase is too weak to use."""


class DirectoryInUse(SigningFault):
    """A ceremony would overwrite something."""


class PublicationRefused(SigningFault):
    """Publishing now would break the order that desks rely on."""
