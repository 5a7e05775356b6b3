"""Base45 (RFC 9285), strict: one text for one byte string.

It decides about the alphabet, the groups and their ranges; folding and trimming of scanned text belong to `qrtext`.
"""

import struct

from clearance.credential.errors import UnreadableText

ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_NO_DIGIT = 0xFF
_DIGITS = bytes(ALPHABET.find(byte) & _NO_DIGIT for byte in range(256))  # find gives -1 for strangers: 0xFF
_CHARACTERS = ALPHABET.decode("ascii")
_LOWER_TWO = tuple(low + high for high in _CHARACTERS for low in _CHARACTERS)  # of each value below 2025


def encode(data: bytes) -> str:
    """Write two bytes as three characters, a last odd byte as two."""
    groups = struct.unpack_from(f">{len(data) // 2}H", data)
    encoded = "".join([_LOWER_TWO[group % 2025] + _CHARACTERS[group // 2025] for group in groups])
    return encoded + _LOWER_TWO[data[-1]] if len(data) % 2 else encoded


def decode(text: bytes) -> bytes:
    """Read Base45 characters (as ASCII bytes). Raises UnreadableText: alphabet, length, or a group out of range.

    All groups are worked out at once as lanes of one large integer, because a loop over groups in Python costs as much
    as the signature check. A lane is three bytes, one digit each, lowest first: the value of a group is
    c + 45 d + 2025 e < 2**17, so lanes never run into each other.
    """
    digits = text.translate(_DIGITS)
    if _NO_DIGIT in digits or len(digits) % 3 == 1:
        raise UnreadableText("not Base45")
    groups = len(digits) // 3
    lowest_bytes = int.from_bytes(b"\xff\0\0" * groups, "little")
    packed = int.from_bytes(digits[: 3 * groups], "little")
    values = (packed & lowest_bytes) + 45 * (packed >> 8 & lowest_bytes) + 2025 * (packed >> 16 & lowest_bytes)
    if values & lowest_bytes << 16:
        raise UnreadableText("a Base45 group above 65535")
    lanes = values.to_bytes(3 * groups, "little")
    data = bytearray(2 * groups)
    data[0::2] = lanes[1::3]
    data[1::2] = lanes[0::3]
    if len(digits) % 3:
        last = digits[-2] + 45 * digits[-1]
        if last > 0xFF:
            raise UnreadableText("a last Base45 group above 255")
        data.append(last)
    return bytes(data)
