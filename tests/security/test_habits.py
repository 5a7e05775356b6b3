"""Small habits that the standard asks for: passwords, parameters, comparisons, what a browser keeps, what is listed."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.issuing.fields import FaultKind
from clearance.issuing.passwords import MAX_PASSWORD, password_faults
from clearance.storage.passwords import Argon2Passwords
from tests.fakes.office import CLERK, officer
from tests.fakes.outside import FakePasswords
from tests.integration.staff_pages import Desk
from tests.integration.worker_pages import BORN, READY, UNKNOWN, Phone, open_app
from tests.security.walk import Issuer, open_issuer

# --- passwords


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", FaultKind.TOO_SHORT),
        ("password12345", FaultKind.EASY_TO_GUESS),
        ("qwertyuiop123", FaultKind.EASY_TO_GUESS),
        ("bangladesh2026", FaultKind.EASY_TO_GUESS),
        ("bmetclearance1", FaultKind.EASY_TO_GUESS),
        ("the-officer-himself", FaultKind.CONTAINS_NAME),
        ("x" * (MAX_PASSWORD + 1), FaultKind.TOO_LONG),
    ],
)
def test_what_everybody_tries_first_is_not_taken_as_a_password(password: str, fault: FaultKind) -> None:
    found = password_faults(Argon2Passwords(), password, repeated=password, officer=CLERK)
    assert [each.kind for each in found] == [fault]


LONG = ("নদীর ধারে  \t" + "a'b\"c<d>& %00 ünï " * 20)[:MAX_PASSWORD]


def test_a_long_password_of_any_signs_is_taken_and_counts_to_its_last_letter(issuer: Issuer) -> None:
    assert len(LONG) == MAX_PASSWORD
    assert password_faults(Argon2Passwords(), LONG, repeated=LONG, officer=CLERK) == []
    member = replace(officer("L-1", *CLERK.roles), password_hash=FakePasswords().hash(LONG))
    issuer.workplace.hire(member)
    for typed, status in ((LONG + "x", 403), (LONG[:-1], 403), (LONG.upper(), 403), (LONG, 303)):
        desk = Desk(issuer.app, address="198.51.100.9")
        assert desk.show_password(member, password=typed).status_code == (status if status == 403 else 200), typed


def test_password_fields_are_masked_and_may_be_filled_in(root: Path) -> None:
    fields = [
        field
        for path in (root / "templates").rglob("*.html")
        for field in re.findall(r"<input[^>]*>", path.read_text("utf-8"))
        if re.search(r'name="(current|password|repeated)"', field)
    ]
    assert len(fields) >= 6
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
    of_staff = [path for path in (root / "templates" / "static").glob("*.js") if "paste" in path.read_text("utf-8")]
    assert of_staff == []


# --- parameters


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


def test_a_form_decoded_twice_is_none(phone: Phone) -> None:
    """What looks encoded after it was decoded once is taken as it stands."""
    assert "Your card is ready" in phone.ask(READY).text
    for twice in ("%4100000001", "A%30%30%30%30%30%30%30%31", "&#65;00000001", "\\u0041000000001"):
        assert "Your card is ready" not in phone.ask(twice).text


def test_a_parameter_sent_twice_is_not_two_opinions(phone: Phone) -> None:
    """The first of a form counts for limits and look-up alike, and the address is not asked."""
    form = "&".join(f"{name}={value}" for name, value in BORN.items())
    kind = {"content_type": "application/x-www-form-urlencoded"}
    for body, found in ((f"passport_no={UNKNOWN}&passport_no={READY}", False), (f"passport_no={READY}", True)):
        answer = phone.client.post(f"/card?lang=en&passport_no={READY}", data=f"{body}&{form}", **kind)
        assert ("Your card is ready" in answer.text) is found


# --- comparisons

SECRET = re.compile(r"(token|secret|password|passphrase|hmac|signature)$", re.I)
NOT_SECRET = {
    "clearance/issuing/passwords.py": "a password typed twice by the one who chooses it",
    "clearance/reading/file.py": "an error number of the PDF library",
    "clearance/reading/seal.py": "a seal that everybody may read",
    "clearance/signing/published_elsewhere.py": "published files",
    "verifier/checkpoints_cli.py": "published checkpoints",
    "verifier/truststore.py": "published files",
}


def test_secrets_are_compared_in_constant_time(root: Path) -> None:
    found = {}
    for path in (path for name in ("clearance", "verifier") for path in (root / name).rglob("*.py")):
        plain = [ast.unparse(node) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if compares_secrets(node)]
        place = path.relative_to(root).as_posix()
        if plain and place not in NOT_SECRET:
            found[place] = plain
    assert found == {}


def compares_secrets(node: ast.AST) -> bool:
    """Whether two values are compared by == of which one is called a secret."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) for side in sides):
        return False
    return any(isinstance(side, ast.Name | ast.Attribute) and SECRET.search(ast.unparse(side)) for side in sides)


CRYPTOGRAPHY = (
    "cryptography",
    "argon2",
    "hmac",
    "webauthn",
    "pkcs11",
    "itsdangerous",
    "pyhanko",
    "asn1crypto",
    "altcha",
    "pyrage",
)
INVENTORY = {
    "clearance/credential/": "signatures of cards, lists, bundles, checkpoints",
    "clearance/signing/": "keys, their certificates and their ceremony",
    "clearance/card/seal.py": "the seal of a PDF",
    "clearance/card/timestamp.py": "its time stamp",
    "clearance/reading/": "judging a seal",
    "clearance/storage/passwords.py": "password hashes",
    "clearance/storage/sealing.py": "columns and documents at rest",
    "clearance/storage/vault.py": "second factors",
    "clearance/storage/backup": "sealed backups",
    "clearance/cli/backup": "keys of backups",
    "clearance/cli/restore": "opening them",
    "clearance/storage/restore": "opening them",
    "clearance/domain/factors.py": "app codes",
    "clearance/issuing/passkeys.py": "passkeys",
    "clearance/issuing/keys_and_desks.py": "fingerprints of certificates",
    "clearance/messaging/webhook.py": "signatures of webhooks",
    "clearance/web/health.py": "the token of metrics",
    "clearance/web/public/": "tickets, counts without names, sums of work",
    "clearance/web/staff/devices.py": "names of browsers",
    "clearance/web/staff/kept.py": "forms that came too late",
    "clearance/web/staff/watching.py": "looks without names",
    "clearance/web/wellknown.py": "published keys",
    "clearance/bootstrap.py": "reads the root",
    "clearance/signer.py": "reads the root",
    "verifier/bootstrap.py": "reads the root",
    "verifier/cards.py": "cards in force at the desk",
    "verifier/relay_link.py": "the relay's pinned certificate",
}
"""Where cryptography is used, and what for; docs/ASVS.md says with which algorithms."""


def test_every_module_that_uses_cryptography_is_in_the_inventory(root: Path) -> None:
    using = set()
    for path in (path for name in ("clearance", "verifier") for path in (root / name).rglob("*.py")):
        if any(name.partition(".")[0] in CRYPTOGRAPHY for name in imported(path.read_text("utf-8"))):
            using.add(path.relative_to(root).as_posix())
    assert [place for place in using if not place.startswith(tuple(INVENTORY))] == []
    assert [known for known in INVENTORY if not any(place.startswith(known) for place in using)] == []


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


# --- browsers

KEPT = {"desk-camera", "desk-muted", "desk-scanner", "desk-layout-told", "desk-camera-off"}
"""What a desk's browser remembers: devices and habits, nobody's name."""


def test_no_script_keeps_anything_about_a_person_in_the_browser(root: Path) -> None:
    scripts = {path: path.read_text("utf-8") for path in (root / "templates" / "static").rglob("*.js")}
    named = set()
    for path, script in scripts.items():
        assert not re.search(r"sessionStorage|indexedDB|caches\.|serviceWorker", script), path.name
        constants = dict(re.findall(r'const (\w+) = "([^"]+)"', script))
        for quoted, constant in re.findall(r'localStorage\.\w+\((?:"([^"]+)"|(\w+))', script):
            named.add(quoted or constants[constant])
    assert named == KEPT


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with open_issuer(tmp_path_factory.mktemp("issuer")) as opened:
        yield opened


def test_every_page_behind_the_door_shows_the_way_out(issuer: Issuer) -> None:
    desk, pages = issuer.signed_in(), 0
    for rule, path in issuer.rules():
        if rule.endpoint.startswith("staff.") and "GET" in (rule.methods or ()):
            answer = issuer.ask("GET", path, desk)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                assert 'action="/staff/sign-out' in answer.text, path
                pages += 1
    assert pages > 20


def test_no_directory_is_listed_and_no_trace_is_answered(issuer: Issuer) -> None:
    for path in ("/static/", "/static/fonts/", "/help/images/", "/trust/", "/trust/status/", "/.git/config", "/.env"):
        assert issuer.ask("GET", path).status_code in {404, 405}, path
    for path in ("/", "/card", "/staff/sign-in", "/api/v1/openapi.json"):
        assert issuer.ask("TRACE", path).status_code == 405, path
