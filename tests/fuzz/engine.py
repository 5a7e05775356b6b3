"""What the fuzz targets share: mutations inside a layer, a second opinion on signatures, and the bounds of one run.

It decides how a run is made and measured; what must hold of an answer is decided by each target. The second opinion is
`cbor2`, `zlib` and plain `cryptography`: nothing of the reader under test.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import atheris
import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

CORPUS = Path(__file__).parent / "corpus"

EDGES: tuple[object, ...] = (
    *(0, 1, 2, 3, 4, 23, 24, 255, 256, 1 << 24, 1 << 32, (1 << 64) - 1, -1, -8, -(1 << 64), 1_795_327_200),
    *(True, False, None, 4.0, float("nan"), cbor2.undefined, cbor2.CBORTag(1, 0), cbor2.CBORTag(18, [])),
    *("", " ", "BGD", "bmet.gov.bd", "A" * 81, "\u09df", "\u202e", "\x00", "ক" * 27, "20000229"),
    *(b"", bytes(8), bytes(64), b"\x78\xda\x03\x00\x00\x00\x00\x01", [], {}, [[[[[]]]]], {1: {1: {1: {}}}}),
)
"""What a value is replaced by: the edges of the types and lengths of the format."""


def fuzz(
    name: str,
    judge: Callable[[bytes], object],
    mutate: Callable[[bytes, random.Random], bytes],
    *,
    max_len: int,
    peak_mib: int,
) -> None:
    """Run one target under libFuzzer, whose options are on the command line; the saved corpus is always read.

    A folder on the command line is read too, and takes what is new.

    `judge` raises AssertionError where an answer is wrong; whatever else it raises has escaped. A run that takes more
    than 250 ms of this processor, or raises the peak of memory by more than `peak_mib`, is a fault as well.
    """

    def one(data: bytes) -> None:
        with _bounded(peak_mib):
            judge(data)

    def mutated(data: bytes, max_size: int, seed: int) -> bytes:
        return mutate(data, random.Random(seed))[:max_size]

    corpus = CORPUS / name
    _warm_up(corpus, judge)
    itself = f"{sys.executable} -m tests.fuzz.{name}"  # what libFuzzer starts again to minimise a corpus
    asked = sys.argv[1:]
    if all(argument.startswith("-") for argument in asked):  # libFuzzer writes into the first folder it is given
        asked.append(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    # Linux counts the peak of whoever started this process as its own: this limit is far off, that of `_bounded` near.
    atheris.Setup(
        [itself, *asked, f"-max_len={max_len}", "-timeout=20", "-rss_limit_mb=8192", str(corpus)],
        one,
        custom_mutator=mutated,
    )
    atheris.Fuzz()


def _warm_up(corpus: Path, judge: Callable[[bytes], object]) -> None:
    """Let caches and lazy imports take their memory before it is measured."""
    for path in sorted(corpus.iterdir())[:50]:
        judge(path.read_bytes())


@contextmanager
def _bounded(peak_mib: int) -> Iterator[None]:
    start, peak = time.thread_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    took = time.thread_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert took < 0.25, f"took {took * 1000:.0f} ms"
    assert grown < peak_mib << 10, f"took {grown >> 10} MiB"


def mutated_bytes(data: bytes) -> bytes:
    """One of libFuzzer's own mutations, guided by the comparisons it saw."""
    return bytes(atheris.Mutate(data, len(data) + 64))


def mutated_value(value: Any, rng: random.Random) -> Any:
    """A CBOR value with one thing in it changed: replaced, taken out, doubled, nudged or filed under another key."""
    match value:
        case dict() if value and rng.random() < 0.85:
            changed = dict(value)
            key = rng.choice(list(changed))
            match rng.randrange(8):
                case 0:
                    del changed[key]
                case 1:
                    changed[rng.choice([*range(20), 63, 64, 169, 65535, -880001, "x", "bits"])] = changed.pop(key)
                case 2:
                    changed[rng.randrange(-3, 80)] = rng.choice(EDGES)
                case _:
                    changed[key] = mutated_value(changed[key], rng)
            return changed
        case list() if value and rng.random() < 0.85:
            at = rng.randrange(len(value))
            if rng.random() < 0.2:
                return [*value, value[at]]
            return [*value[:at], mutated_value(value[at], rng), *value[at + 1 :]]
        case int() if rng.random() < 0.6:
            return value + rng.choice([-86_400, -301, -1, 1, 301, 86_400, 1 << 30])
        case bytes() if rng.random() < 0.7:
            return mutated_bytes(value)
        case str() if rng.random() < 0.5:
            return mutated_bytes(value.encode()).decode(errors="replace")
    return rng.choice(EDGES)


def encoded(value: object, rng: random.Random) -> bytes:
    """The deterministic encoding of a value, now and then another one of it, or one with a byte changed."""
    try:
        data = cbor2.dumps(value, canonical=rng.random() < 0.95)
    except (ValueError, OverflowError, cbor2.CBOREncodeError):
        data = cbor2.dumps(None)
    return mutated_bytes(data) if rng.random() < 0.05 else data


def decoded(data: bytes) -> Any:
    """What `cbor2` reads of these bytes; None where it reads nothing."""
    with suppress(Exception):
        return cbor2.loads(data)
    return None


def parts_of(token: bytes) -> list[Any] | None:
    """The four parts of a COSE_Sign1, read leniently."""
    message = decoded(token)
    parts = message.value if isinstance(message, cbor2.CBORTag) else message
    return list(parts) if isinstance(parts, list | tuple) and len(parts) == 4 else None


def proven_payload(token: bytes, certificates: Iterable[bytes]) -> Any:
    """The payload of a token that one of these certificates' keys signed, as `cbor2` reads it. AssertionError if none.

    It is worked out without the reader under test.
    """
    parts = parts_of(token)
    assert parts is not None, "accepted, and not even a COSE_Sign1"
    protected, _, payload, signature = parts
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    assert any(_signed(certificate, signature, message) for certificate in certificates), "accepted, and not signed"
    return cbor2.loads(payload)


def _signed(certificate: bytes, signature: bytes, message: bytes) -> bool:
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, EllipticCurvePublicKey):
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
        else:
            key.verify(signature, message)  # type: ignore[union-attr, call-arg, arg-type]
    except InvalidSignature:
        return False
    return True
