"""No private key, password or token lies in the repository."""

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=\s]{40,}")
KNOWN_FORMS = re.compile(
    rb"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[baprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}"
    rb"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})"
)
"""Keys of Amazon, GitHub, Slack and Google, and signed JSON tokens."""
ASSIGNED = re.compile(
    r"""(?ix)\b [\w.-]*(?:secret|passw(?:or)?d|passphrase|api_?key|token|\bpin)\w* ["']? \s* [:=]+ \s*
    b?["'] (?P<value>[^"'\s{}<>$]{12,}) ["']"""
)
ENOUGH_BITS = 3.4
"""Of entropy a character: words and names stay below, keys in hexadecimal or Base64 do not."""

MEANT_FOR_EVERYBODY = {
    "tests/fakes/": "values of tests, good for nothing else",
    "tests/unit/": "the same",
    "tests/integration/": "the same",
    "tests/contract/": "the same",
    "tests/e2e/": "the same",
    "tests/security/": "the same",
    "tests/stack/": "the same",
    "tests/faults/": "the same",
}
PRIVATE_KEYS_OF_TESTS: dict[str, str] = {}
"""Files that hold a private key on purpose, and why."""


@pytest.fixture(scope="module")
def contents(root: Path) -> dict[str, bytes]:
    """Every file that git keeps."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    files = [root / name for name in listing.split("\0") if name]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files if path.is_file()}


def test_no_file_holds_a_private_key(contents: dict[str, bytes]) -> None:
    found = {name for name, content in contents.items() if PRIVATE_KEY.search(content)}
    assert found == set(PRIVATE_KEYS_OF_TESTS)


def test_no_file_holds_a_key_of_a_known_form(contents: dict[str, bytes]) -> None:
    assert [name for name, content in contents.items() if KNOWN_FORMS.search(content)] == []


def test_nothing_called_a_secret_has_a_value_that_looks_like_one(contents: dict[str, bytes]) -> None:
    suspects = []
    for name, content in contents.items():
        if name.startswith(tuple(MEANT_FOR_EVERYBODY)) or b"\0" in content[:1024] or name.endswith(".lock"):
            continue
        for found in ASSIGNED.finditer(content.decode("utf-8", "replace")):
            if entropy(found["value"]) >= ENOUGH_BITS and has_digit_and_letter(found["value"]):
                suspects.append((name, found[0][:60]))
    assert suspects == []


def test_names_of_key_files_are_kept_out_by_git(contents: dict[str, bytes]) -> None:
    keys = re.compile(r"(^|/)(id_(rsa|ed25519|ecdsa)|.*\.(key|p12|pfx|jks)|\.env|session\.secret|factors\.key)$")
    assert [name for name in contents if keys.search(name)] == []


@pytest.mark.parametrize(
    "line",
    [
        'API_KEY = "9f86d081884c7d659a2feaa0c55ad015"',
        "password: 'Tr0ub4dor-and-3-Zebras'",
        'secret_key="kJ8s2LqP0xZ7vN4mB1cD"',
    ],
)
def test_the_search_finds_what_it_is_for(line: str) -> None:
    found = ASSIGNED.search(line)
    assert found
    assert entropy(found["value"]) >= ENOUGH_BITS


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def has_digit_and_letter(text: str) -> bool:
    return any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
