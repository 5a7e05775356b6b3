"""Mutants that change nothing a caller could see, each with the reason; they are not counted."""

EQUIVALENT: dict[str, str] = {
    "base45:decode: 3 -> 4 #3": "the mask of the groups cuts off whatever the slice takes in beyond them",
    "cbor:read_byte_string: 1 -> 2": "what is no byte string is refused by its type, however deep it may be",
    "cbor:read_byte_string: 0 -> 1": "what is no byte string is refused by its type, however many items it may have",
    "cbor:_item: if head < 24: return (head, at) -> if False: return (head, at)": "a short cut: the general way below "
    "reads the same",
    "cbor:_item: not (text.isascii() and text.isprintable()) and (not is_plain(text)) -> not is_plain(text)": "a short "
    "cut: is_plain asks the same first",
    "cbor:_long_argument: if info == 24: argument, end = (data[at], at + 1) elif info < 28: end = at + (1 << info - 24) "
    "argument = int.f -> if False: argument, end = (data[at], at + 1) elif info < 28: end = at + (1 << info - 24) "
    "argument = int.from_b": "a short cut: one byte read as a number of one byte",
    "floor:Floor.from_json: raise UnusableFloor(str(fault)) from None -> (nothing)": "the line below raises the same",
    "floor:_unpacked: except (binascii.Error, UnreadableText): raise UnusableFloor('not a set of indexes') from None -> "
    "except (UnreadableText,): raise UnusableFloor('not a set of indexes') from None": "from_json makes the same of it",
    "floor:_unpacked: except (binascii.Error, UnreadableText): raise UnusableFloor('not a set of indexes') from None -> "
    "except (binascii.Error,): raise UnusableFloor('not a set of indexes') from None": "from_json makes the same of it",
    "gate:_in_force: 0 -> 1": "no card is issued before the second second of 1970: no signer was in force then",
}
