"""Hardware security modules, by PKCS#11: a private key never leaves its token, signatures are asked of it.

It decides how a token is reached, signed in to and, after it was away, reached again; and what a token's failure is
called. Only this module knows python-pkcs11, which is imported on use (extra `hsm`).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from clearance.credential.cose import Algorithm
from clearance.signing.errors import KeyRefused, KeyUnreachable, PinWrong
from clearance.signing.pkcs11_uri import TokenAddress

ResultT = TypeVar("ResultT")

# The DER of two object identifiers: what CKA_EC_PARAMS holds for prime256v1 and Ed25519.
_P256 = bytes.fromhex("06082a8648ce3d030107")
_ED25519 = bytes.fromhex("06032b6570")
_ED25519_NAME = b"\x13\x0cedwards25519"  # as PKCS#11 3.0 also allows
_ALGORITHMS = {_P256: Algorithm.ES256, _ED25519: Algorithm.EDDSA, _ED25519_NAME: Algorithm.EDDSA}


class Mechanism(StrEnum):
    """How a token signs: a SHA-256 digest with ECDSA, or a whole message with Ed25519."""

    ECDSA = "ECDSA"
    EDDSA = "EDDSA"


class _Library:
    """One vendor's module in this process.

    PKCS#11 keeps its state by process: initialising, signing in and being signed out hold for every session. So there
    is one of these for each module, one session for each token, and everything happens under one lock.
    """

    def __init__(self, path: str) -> None:
        self.lock = threading.RLock()
        self._path = path
        self._sessions: dict[str, Any] = {}
        self._refused: set[tuple[str, str]] = set()

    def session(self, token: str, pin: str | None) -> Any:
        """The signed-in session with a token. A PIN that was refused is not tried twice: tokens lock themselves."""
        if token not in self._sessions:
            if pin is None:
                raise PinWrong(f"The token {token!r} needs its PIN: give --pin-file, $CLEARANCE_HSM_PIN, or type it.")
            if (token, pin) in self._refused:
                raise PinWrong(_wrong_pin(token))
            found = _pkcs11().lib(self._path).get_token(token_label=token)
            try:
                self._sessions[token] = found.open(user_pin=pin, rw=True)
            except (_errors().PinIncorrect, _errors().PinLenRange, _errors().PinInvalid):
                self._refused.add((token, pin))
                raise
        return self._sessions[token]

    def start_again(self) -> None:
        """Forget every session and initialise anew: a token that was away is not seen otherwise."""
        self._sessions.clear()
        _pkcs11().lib(self._path).reinitialize()

    def end(self) -> None:
        """Forget every session, and unload the module."""
        with self.lock:
            self._sessions.clear()
            _pkcs11().unload(self._path)


_libraries: dict[str, _Library] = {}
_opening = threading.Lock()


@dataclass(frozen=True)
class Token:
    """A token as one key in it sees it. Every method raises PinWrong, KeyUnreachable or KeyRefused."""

    address: TokenAddress
    pin: str | None = field(repr=False)

    def sign(self, data: bytes, mechanism: Mechanism) -> bytes:
        """The bare signature: 64 bytes."""
        return self._ask(lambda session: _sign(session, self.address, data, mechanism))

    def public_key(self) -> tuple[Algorithm, bytes]:
        """The kind of the key and its public point. Raises KeyRefused for a kind that cards do not use."""
        params, point = self._ask(lambda session: _public_parts(session, self.address))
        if params not in _ALGORITHMS:
            name = self.address.key_name
            raise KeyRefused(f"{name} is of a kind that cards do not use; P-256 and Ed25519 are possible.")
        return _ALGORITHMS[params], _content(point)

    def require_makes(self, algorithm: Algorithm) -> None:
        """Raises KeyRefused where the module makes no keys of this kind."""
        self._ask(lambda session: _require_makes(session, self.address, algorithm))

    def generate(self, algorithm: Algorithm) -> None:
        """Make the key unless it is there. Raises KeyRefused where the module makes none of this kind."""
        self._ask(lambda session: _generate(session, self.address, algorithm))

    def destroy(self) -> None:
        """Destroy the key pair, where there is one."""
        self._ask(lambda session: _destroy(session, self.address))

    def _ask(self, question: Callable[[Any], ResultT]) -> ResultT:
        """Ask in a session; when the token fails, once more after starting again. Raises the faults of this module."""
        _pkcs11()  # a missing extra is named here, once
        with _opening:
            library = _libraries.setdefault(self.address.module_path, _Library(self.address.module_path))
        with library.lock:
            try:
                return question(library.session(self.address.token, self.pin))
            except _errors().PKCS11Error as error:
                if _is_final(error):
                    _raise_fault(error, self.address)
            try:
                library.start_again()
                return question(library.session(self.address.token, self.pin))
            except _errors().PKCS11Error as error:
                _raise_fault(error, self.address)


def sign_out() -> None:
    """Forget every session and what was learnt of tokens: the next use begins as a new process would."""
    with _opening:
        for library in _libraries.values():
            library.end()
        _libraries.clear()


def _sign(session: Any, address: TokenAddress, data: bytes, mechanism: Mechanism) -> bytes:
    key = session.get_key(object_class=_pkcs11().ObjectClass.PRIVATE_KEY, **_wanted(address))
    return bytes(key.sign(data, mechanism=_pkcs11().Mechanism[mechanism.value]))


def _public_parts(session: Any, address: TokenAddress) -> tuple[bytes, bytes]:
    library = _pkcs11()
    session.get_key(object_class=library.ObjectClass.PRIVATE_KEY, **_wanted(address))  # a lone public key is no use
    public = session.get_key(object_class=library.ObjectClass.PUBLIC_KEY, **_wanted(address))
    return bytes(public[library.Attribute.EC_PARAMS]), bytes(public[library.Attribute.EC_POINT])


def _require_makes(session: Any, address: TokenAddress, algorithm: Algorithm) -> None:
    known, eddsa = _pkcs11().Mechanism, algorithm is Algorithm.EDDSA
    wanted = {known.EC_EDWARDS_KEY_PAIR_GEN, known.EDDSA} if eddsa else {known.EC_KEY_PAIR_GEN, known.ECDSA}
    if not wanted <= set(session.token.slot.get_mechanisms()):
        kind, cure = ("Ed25519", "Ask for --alg es256.") if eddsa else ("P-256", "It cannot serve here.")
        raise KeyRefused(f"The module {address.module_path} makes no {kind} keys in {address.token!r}. {cure}")


def _generate(session: Any, address: TokenAddress, algorithm: Algorithm) -> None:
    library, eddsa = _pkcs11(), algorithm is Algorithm.EDDSA
    attribute = library.Attribute
    if list(session.get_objects({attribute.CLASS: library.ObjectClass.PRIVATE_KEY, **_attributes(address)})):
        return
    _require_makes(session, address, algorithm)
    domain = session.create_domain_parameters(
        library.KeyType.EC_EDWARDS if eddsa else library.KeyType.EC,
        {attribute.EC_PARAMS: _ED25519 if eddsa else _P256},
        local=True,
    )
    domain.generate_keypair(
        mechanism=library.Mechanism.EC_EDWARDS_KEY_PAIR_GEN if eddsa else library.Mechanism.EC_KEY_PAIR_GEN,
        store=True,
        id=address.object_id,
        label=address.object_label,
        private_template={attribute.SENSITIVE: True, attribute.EXTRACTABLE: False},
    )


def _destroy(session: Any, address: TokenAddress) -> None:
    library = _pkcs11()
    for kind in (library.ObjectClass.PRIVATE_KEY, library.ObjectClass.PUBLIC_KEY):
        for each in list(session.get_objects({library.Attribute.CLASS: kind, **_attributes(address)})):
            each.destroy()


def _wanted(address: TokenAddress) -> dict[str, object]:
    wanted: dict[str, object] = {"label": address.object_label, "id": address.object_id}
    return {name: value for name, value in wanted.items() if value is not None}


def _attributes(address: TokenAddress) -> dict[Any, object]:
    return {_pkcs11().Attribute[name.upper()]: value for name, value in _wanted(address).items()}


def _content(point: bytes) -> bytes:
    """The point itself: modules give CKA_EC_POINT inside a DER octet string, some of them bare."""
    return point[2:] if point[:1] == b"\x04" and len(point) in (34, 67) else point


def _pkcs11() -> ModuleType:
    try:
        import pkcs11
    except ImportError:
        cure = "Install it: pip install 'clearance[hsm]'."
        raise KeyUnreachable(f"A key lies in a hardware token, and python-pkcs11 is not installed. {cure}") from None
    return pkcs11


def _errors() -> Any:
    from pkcs11 import exceptions

    return exceptions


def _is_final(error: Exception) -> bool:
    """Faults that trying again makes worse: a token counts wrong PINs and locks itself."""
    errors = _errors()
    return isinstance(error, errors.PinIncorrect | errors.PinLenRange | errors.PinInvalid | errors.PinLocked)


def _raise_fault(error: Exception, address: TokenAddress) -> NoReturn:
    errors, token = _errors(), address.token
    match error:
        case errors.PinIncorrect() | errors.PinLenRange() | errors.PinInvalid():
            raise PinWrong(_wrong_pin(token)) from error
        case errors.PinLocked() | errors.PinExpired() | errors.UserPinNotInitialized():
            sentence = (
                f"The PIN of the token {token!r} is locked, expired or was never set: its security officer resets it"
            )
            raise PinWrong(f"{sentence} with the vendor's tool.") from error
        case errors.NoSuchToken() | errors.TokenNotPresent() | errors.TokenNotRecognised() | errors.DeviceRemoved():
            raise KeyUnreachable(
                f"There is no token {token!r} to be found by {address.module_path}. Plug it in or start its service, "
                "then do the same again: nothing was signed."
            ) from error
        case errors.NoSuchKey():
            raise KeyUnreachable(
                f"{address.key_name} is not there. Is this the right token? Nothing was signed."
            ) from error
        case errors.MultipleObjectsReturned() | errors.MultipleTokensReturned():
            raise KeyRefused(f"More than one token or key goes by the name of {address.key_name}.") from error
        case _ if "loading" in str(error):
            raise KeyUnreachable(
                f"The module {address.module_path} cannot be loaded ({error}). Install the vendor's library there, or "
                "correct module-path in the key's .uri file."
            ) from error
        case _:
            raise KeyUnreachable(
                f"The token {token!r} failed ({type(error).__name__}) and did not answer when it was started again. "
                "Look after it, then do the same again: nothing was signed."
            ) from error


def _wrong_pin(token: str) -> str:
    return (
        f"The PIN does not open the token {token!r}. It was tried once and is not tried again: tokens lock themselves "
        "after a few wrong ones."
    )
