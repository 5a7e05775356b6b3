"""Mutants that change nothing a caller could see, by the reason; they are not counted."""

BY_REASON: dict[str, tuple[str, ...]] = {
    "the mask of the groups cuts off whatever the slice takes in beyond them": ("base45:decode: 3 -> 4 #3",),
    "what is no byte string is refused by its type, however deep or long it may be": (
        "cbor:read_byte_string: 1 -> 2",
        "cbor:read_byte_string: 0 -> 1",
    ),
    "a short cut that saves time: the general way below it says the same": (
        "cbor:_item: if head < 24: return (head, at) -> if False: return (head, at)",
        "cbor:_item: not (text.isascii() and text.isprintable -> not is_plain(text)",
        "claims:_require_known_shape: if clearance.keys() <= _KNOWN_CLEARANCE_ -> if False: return",
        (
            "claims:_require_known_shape: clearance.keys() <= _KNOWN_CLEARANCE_KEY"
            " -> clearance.keys() < _KNOWN_CLEARANCE_KEYS"
        ),
        "cbor:_long_argument: if info == 24: argument, end = (data[at] -> if False: argument, end = (data[at], at ",
    ),
    "another line makes the same error of it": (
        "floor:Floor.from_json: raise UnusableFloor(str(fault)) from Non -> (nothing)",
        "floor:_unpacked: except (binascii.Error, UnreadableText): -> except (UnreadableText,): raise Unusable",
        "floor:_unpacked: except (binascii.Error, UnreadableText): -> except (binascii.Error,): raise Unusable",
    ),
    "key 1 is known, so that no unknown key is 1": ("claims:_require_known_shape: 1 -> 2",),
    "a certificate that is no CA has no path length either": (
        "chain:_root: not constraints.ca or constraints.path_l -> constraints.path_length != 0",
    ),
    "no card was issued before the second second of 1970: no signer was in force then": ("gate:_in_force: 0 -> 1",),
}

EQUIVALENT = frozenset(name for names in BY_REASON.values() for name in names)
