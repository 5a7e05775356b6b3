"""What hypothesis draws for the credential core: claims a card can carry, and bytes and texts that it cannot."""

from datetime import date

from hypothesis import strategies as st

from clearance.credential.claims import CardClass, ClearanceClaims, Gender, StatusRef, VisaType, end_of_day_dhaka
from clearance.credential.plaintext import is_plain, normalise
from tests.vectors.desk import CARD_ISSUED, ISSUER

LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ .'-0123456789আবডমকরহসলযনাি\u200c\u200d্é")


def plain_text(max_bytes: int) -> st.SearchStrategy[str]:
    """A text that a field of this many bytes takes."""
    return (
        st.text(LETTERS, min_size=1, max_size=max_bytes)
        .map(lambda text: normalise(text).encode()[:max_bytes].decode(errors="ignore"))
        .filter(lambda text: bool(text.strip()) and is_plain(text))
    )


def optional(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


days = st.dates(date(1940, 1, 1), date(2060, 12, 31))
passport_numbers = st.from_regex(r"[A-Z0-9]{6,9}", fullmatch=True)

claims = st.builds(
    ClearanceClaims,
    issuer=st.just(ISSUER),
    issued_at=st.just(CARD_ISSUED),
    not_before=optional(st.integers(CARD_ISSUED + 1, CARD_ISSUED + 86_400)),
    expires_at=st.dates(date(2026, 11, 22), date(2028, 12, 31)).map(end_of_day_dhaka),
    status=st.builds(StatusRef, uri=plain_text(64), idx=st.integers(0, (1 << 24) - 1)),
    full_name=plain_text(80),
    name_bn=optional(plain_text(200)),
    birth_date=days.map(lambda day: f"{day:%Y%m%d}"),
    gender=st.sampled_from(Gender),
    registration_no=optional(plain_text(24)),
    photo_webp=optional(st.binary(max_size=600)),
    passport_no=passport_numbers,
    clearance_no=plain_text(24),
    destination=st.from_regex(r"[A-Z]{3}", fullmatch=True),
    visa_no=optional(plain_text(20)),
    visa_type=optional(st.sampled_from(VisaType)),
    employer=optional(plain_text(60)),
    licence_no=optional(plain_text(12)),
    passport_expiry=optional(days.map(lambda day: int(f"{day:%Y%m%d}"))),
    office=optional(plain_text(12)),
    card_class=optional(st.sampled_from(CardClass)),
    occupation=optional(st.integers(0, 9999)),
    previous_passport_no=optional(passport_numbers),
)

integers = st.integers(-(1 << 64), (1 << 64) - 1)
plain_texts = st.text(LETTERS, max_size=30).map(normalise).filter(is_plain)

subset_values = st.recursive(
    integers | st.binary(max_size=30) | plain_texts | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(integers | plain_texts, inner, max_size=5),
    max_leaves=20,
)
"""Values of our CBOR subset."""

any_values = st.recursive(
    integers
    | st.integers()
    | st.floats()
    | st.binary(max_size=30)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.booleans()
    | st.none(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=9), inner, max_size=5
        )
    ),
    max_leaves=20,
)
"""Values of CBOR at large, as `cbor2` writes them."""


@st.composite
def spoiled(draw: st.DrawFn, original: bytes) -> bytes:
    """Bytes that differ from the original in a few places: changed, taken out, put in, cut off or doubled."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        end = at + draw(st.integers(0, 4))
        data[at:end] = draw(st.binary(max_size=4) | st.just(bytes(data[at:])) | st.just(b""))
    return bytes(data)
