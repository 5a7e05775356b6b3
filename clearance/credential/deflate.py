"""zlib streams as cards need them: read under a bound, written without a stored block.

It decides how bytes are packed (RFC 1950, RFC 1951); what they are is left to `qrtext` and `status`.
"""

import zlib

from clearance.credential.errors import UnreadableText

_STORED = 0


def inflate(data: bytes, *, limit: int) -> bytes:
    """Unpack one complete stream with nothing after it, stopping at `limit` bytes. Raises UnreadableText."""
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(data, limit + 1)
    except zlib.error:
        raise UnreadableText("not a zlib stream") from None
    if len(inflated) > limit:
        raise UnreadableText(f"inflates to more than {limit} bytes")
    if not stream.eof or stream.unused_data:
        raise UnreadableText("a zlib stream cut short, or bytes after it")
    return inflated


def deflate_for_all_readers(data: bytes) -> bytes:
    """Pack at level 9, and never as a stored block, which npm @mosip/pixelpass 0.6.0 cannot read.

    `data` fits one deflate block (cards are far below the 16 K symbols at which zlib starts a second one), so the first
    block's type is the only one.
    """
    packed = zlib.compress(data, 9)
    return packed if packed[2] >> 1 & 3 != _STORED else _literals_only(data)


def _literals_only(data: bytes) -> bytes:
    """One final block of fixed Huffman codes (RFC 1951 section 3.2.6), a literal for each byte."""
    final_fixed = "110"  # BFINAL 1, BTYPE 01 written low bit first
    literals = "".join(f"{0x30 + byte:08b}" if byte < 144 else f"{0x190 + byte - 144:09b}" for byte in data)
    end_of_block = "0000000"
    bits = final_fixed + literals + end_of_block
    block = int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")
    return b"\x78\xda" + block + zlib.adler32(data).to_bytes(4, "big")
