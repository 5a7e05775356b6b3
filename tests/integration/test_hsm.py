"""Keys in a real PKCS#11 module (SoftHSM2): they sign as keys in files do, and say what is wrong when they cannot.

Each test has a token directory of its own, named by SOFTHSM2_CONF; taking a token away is moving it out of there.
"""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.card.seal import Seal
from clearance.credential.cose import Algorithm
from clearance.signing import keystore, pkcs11
from clearance.signing.authority import DEMO, Role
from clearance.signing.ceremony import Occasion
from clearance.signing.ceremony_bundle import publish_bundle
from clearance.signing.ceremony_root import certify_request, create_root
from clearance.signing.ceremony_signer import install_signer, request_signer
from clearance.signing.ceremony_state import retire, rotate
from clearance.signing.certified import CertifiedSigner
from clearance.signing.doctor import examine
from clearance.signing.errors import KeyRefused, KeyUnreachable, PinWrong, SigningFault
from clearance.signing.hardware import destroy_token_key, make_token_key, open_token_key
from clearance.signing.keyring import read_ring
from clearance.signing.pkcs11_uri import TokenAddress
from clearance.signing.private_keys import Secrets, make_private_key
from tests.integration.command_line import ask, claims, lines, program

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "123456"
P256_HALF_ORDER = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8

pytestmark = pytest.mark.skipif(not Path(MODULE).exists(), reason=f"SoftHSM2 is not installed ({MODULE})")


@dataclass(frozen=True)
class Token:
    """A token that can be unplugged."""

    directory: Path
    configuration: Path

    @property
    def uri(self) -> str:
        return f"pkcs11:token=clearance?module-path={MODULE}"

    @property
    def address(self) -> TokenAddress:
        return TokenAddress.parse(self.uri)

    @property
    def drawer(self) -> Path:
        return self.directory.with_name("drawer")

    def unplug(self) -> None:
        self.drawer.mkdir()
        for token in self.directory.iterdir():
            token.rename(self.drawer / token.name)

    def plug_in(self) -> None:
        for token in self.drawer.iterdir():
            token.rename(self.directory / token.name)
        self.drawer.rmdir()

    def new_key(self, algorithm: Algorithm = Algorithm.ES256, label: str = "card") -> TokenAddress:
        address = replace(self.address, object_label=label)
        make_token_key(address, algorithm, pin=PIN)
        return address


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Token]:
    directory, configuration = tmp_path / "tokens", tmp_path / "softhsm2.conf"
    directory.mkdir()
    configuration.write_text(f"directories.tokendir = {directory}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    made = ["softhsm2-util", "--init-token", "--free", "--label", "clearance", "--pin", PIN, "--so-pin", "12345678"]
    subprocess.run(made, check=True, capture_output=True)
    yield Token(directory, configuration)
    pkcs11.sign_out()


@pytest.fixture
def on() -> Occasion:
    return Occasion(at=int(datetime.now(UTC).timestamp()), operator="A. Rahman", machine="test")


SECRETS = Secrets.known(pin=PIN)


class TestSigning:
    def test_an_es256_signature_verifies_and_has_low_s_every_time(self, token: Token) -> None:
        key = open_token_key(token.new_key(), pin=PIN)
        signer = CertifiedSigner(certificate_der=b"", kid=b"", algorithm=Algorithm.ES256, _private_key=key)
        public = key.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        for number in range(40):  # without bringing s down, 40 low ones in a row would come once in 10^12
            message = f"card {number}".encode()
            signature = signer.sign(message)
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            assert (len(signature), s <= P256_HALF_ORDER) == (64, True)
            public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))

    def test_an_ed25519_signature_verifies(self, token: Token) -> None:
        key = open_token_key(token.new_key(Algorithm.EDDSA), pin=PIN)
        public = key.public_key()
        assert isinstance(public, ed25519.Ed25519PublicKey)
        signer = CertifiedSigner(certificate_der=b"", kid=b"", algorithm=Algorithm.EDDSA, _private_key=key)
        public.verify(signer.sign(b"message"), b"message")

    @pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
    def test_the_private_key_never_comes_out(self, token: Token, algorithm: Algorithm) -> None:
        key = open_token_key(token.new_key(algorithm), pin=PIN)
        with pytest.raises(KeyRefused, match="never leaves"):
            key.private_bytes(Encoding.PEM, None, None)  # type: ignore[arg-type]

    def test_many_threads_sign_with_one_token(self, token: Token) -> None:
        key = open_token_key(token.new_key(), pin=PIN)
        public = key.public_key()
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        assert isinstance(public, ec.EllipticCurvePublicKey)
        messages = [f"card {number}".encode() for number in range(60)]
        with ThreadPoolExecutor(6) as threads:
            signatures = list(threads.map(lambda message: key.sign(message, ec.ECDSA(hashes.SHA256())), messages))
        for message, signature in zip(messages, signatures, strict=True):
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))

    def test_making_a_key_twice_makes_it_once(self, token: Token) -> None:
        first = open_token_key(token.new_key(), pin=PIN).public_key()
        assert open_token_key(token.new_key(), pin=PIN).public_key() == first


class TestFaults:
    def test_a_token_taken_away_while_signing_is_named_and_signs_again_when_it_is_back(self, token: Token) -> None:
        key = open_token_key(token.new_key(), pin=PIN)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        for _ in range(2):
            token.unplug()
            for _ in range(2):
                with pytest.raises(KeyUnreachable, match=r"no token 'clearance'.*Plug it in.*nothing was signed"):
                    key.sign(b"message", ec.ECDSA(hashes.SHA256()))
            token.plug_in()
            public = key.public_key()
            public.verify(key.sign(b"message", ec.ECDSA(hashes.SHA256())), b"message", ec.ECDSA(hashes.SHA256()))

    def test_all_keys_of_a_token_sign_again_when_it_is_back(self, token: Token) -> None:
        keys = [open_token_key(token.new_key(label=role), pin=PIN) for role in ("card", "status", "seal")]
        token.unplug()
        for key in keys:
            with pytest.raises(KeyUnreachable):
                key.sign(b"message", ec.ECDSA(hashes.SHA256()))  # type: ignore[call-arg]
        token.plug_in()
        for key in keys:
            key.sign(b"message", ec.ECDSA(hashes.SHA256()))  # type: ignore[call-arg]

    def test_a_wrong_pin_is_tried_once(self, token: Token) -> None:
        address = token.new_key()
        pkcs11.sign_out()
        with pytest.raises(PinWrong, match="does not open the token 'clearance'"):
            open_token_key(address, pin="654321")
        token.unplug()  # whoever asked the token now would find none
        with pytest.raises(PinWrong, match="tried once"):
            open_token_key(address, pin="654321")
        token.plug_in()
        open_token_key(address, pin=PIN)

    def test_a_pin_that_was_not_given_is_asked_for(self, token: Token) -> None:
        address = token.new_key()
        pkcs11.sign_out()
        with pytest.raises(PinWrong, match="needs its PIN"):
            open_token_key(address, pin=None)

    def test_a_missing_module_is_named_with_its_cure(self, token: Token) -> None:
        address = replace(token.new_key(), module_path="/usr/lib/nowhere.so")
        with pytest.raises(KeyUnreachable, match=r"/usr/lib/nowhere\.so cannot be loaded.*module-path"):
            open_token_key(address, pin=PIN)

    def test_a_file_that_is_no_module_is_named(self, token: Token, tmp_path: Path) -> None:
        (tmp_path / "no-module.so").write_bytes(b"garbage")
        address = replace(token.new_key(), module_path=str(tmp_path / "no-module.so"))
        with pytest.raises(KeyUnreachable, match=r"no-module\.so cannot be loaded"):
            open_token_key(address, pin=PIN)

    def test_an_unknown_token_and_an_unknown_key_are_named(self, token: Token) -> None:
        address = token.new_key()
        with pytest.raises(KeyUnreachable, match="no token 'other'"):
            open_token_key(replace(address, token="other"), pin=PIN)
        with pytest.raises(KeyUnreachable, match="The key 'other' in the token 'clearance' is not there"):
            open_token_key(replace(address, object_label="other"), pin=PIN)

    def test_a_module_that_makes_no_ed25519_keys_is_said_to_and_nothing_is_left(
        self, token: Token, tmp_path: Path
    ) -> None:
        only_ecdsa = token.configuration.read_text() + "slots.mechanisms = CKM_EC_KEY_PAIR_GEN,CKM_ECDSA\n"
        token.configuration.write_text(only_ecdsa)
        pkcs11.sign_out()
        with pytest.raises(KeyRefused, match=r"makes no Ed25519 keys in 'clearance'\. Ask for --alg es256"):
            make_private_key(tmp_path, "card", Algorithm.EDDSA, token=token.address, secrets=SECRETS)
        assert not (tmp_path / "card.uri").exists()
        make_private_key(tmp_path, "card", Algorithm.ES256, token=token.address, secrets=SECRETS)

    def test_a_token_that_cannot_be_reached_leaves_no_key_begun(self, token: Token, tmp_path: Path) -> None:
        for address, secrets in (
            (replace(token.address, token="other"), SECRETS),
            (token.address, Secrets.known(pin="654321")),
            (replace(token.address, module_path="/usr/lib/nowhere.so"), SECRETS),
        ):
            with pytest.raises(SigningFault):
                make_private_key(tmp_path, "card", Algorithm.ES256, token=address, secrets=secrets)
            assert not (tmp_path / "card.uri").exists()

    def test_two_keys_of_one_name_are_refused(self, token: Token) -> None:
        for object_id in (b"1", b"2"):
            make_token_key(replace(token.address, object_label="card", object_id=object_id), Algorithm.ES256, pin=PIN)
        with pytest.raises(KeyRefused, match="More than one"):
            open_token_key(replace(token.address, object_label="card"), pin=PIN)

    def test_a_destroyed_key_is_gone(self, token: Token) -> None:
        address = token.new_key()
        destroy_token_key(address, pin=PIN)
        destroy_token_key(address, pin=PIN)
        with pytest.raises(KeyUnreachable, match="is not there"):
            open_token_key(address, pin=PIN)


def certified(root: Path, keys: Path, role: Role, *, token: Token | None, on: Occasion) -> str:
    """Request, certify and install; the key in the token where one is given."""
    done = request_signer(
        keys,
        role,
        algorithm=Algorithm.ES256,
        root_file=root / "public" / "root.pem",
        token=token.address if token else None,
        secrets=SECRETS,
    )
    request = keys / "requests" / f"{done.subject}.csr"
    certificate = request.with_suffix(".crt")
    certify_request(root, request, role, into=certificate, on=on, secrets=SECRETS)
    install_signer(keys, certificate, on=on, secrets=SECRETS)
    return done.subject


class TestCeremony:
    @pytest.fixture
    def root(self, tmp_path: Path, token: Token, on: Occasion) -> Path:
        create_root(tmp_path / "root", subject=DEMO, on=on, secrets=SECRETS, token=token.address)
        return tmp_path / "root"

    @pytest.fixture
    def keys(self, tmp_path: Path, root: Path, token: Token, on: Occasion) -> Path:
        """Card and seal in the token, like the root; status and trust in files."""
        directory = tmp_path / "keys"
        for role in Role:
            in_token = token if role in (Role.CARD, Role.SEAL) else None
            certified(root, directory, role, token=in_token, on=on)
        self.publish(directory, on)
        return directory

    def publish(self, directory: Path, on: Occasion) -> None:
        ring = read_ring(directory)
        term = (on.moment - on.moment).resolution * 30 * 86_400 * 10**6
        publish_bundle(ring, issuer=None, status_uri=None, lifetime=term, renew=False, on=on, secrets=SECRETS)

    def test_no_file_holds_a_key_of_the_token_or_its_pin(self, root: Path, keys: Path) -> None:
        assert not (root / "private" / "root.pem").exists()
        assert not (keys / "private" / "card.pem").exists()
        for path in (root / "private" / "root.uri", keys / "private" / "card.uri", keys / "private" / "seal.uri"):
            assert path.read_text().startswith("pkcs11:token=clearance;object=clearance-")
            assert PIN not in path.read_text()

    def test_cards_signed_in_the_token_pass_at_the_desk(self, keys: Path, token: Token, tmp_path: Path) -> None:
        (tmp_path / "pin").write_text(PIN + "\n")
        signing = ["credential", "sign", "--keys", keys, "--claims", "-", "--pin-file", tmp_path / "pin"]
        given = lines(claims(), claims())
        run = program("clearance", *signing, given=given, SOFTHSM2_CONF=str(token.configuration))
        assert (run.returncode, run.stderr) == (0, "")
        texts = run.stdout.splitlines()
        answers = ask("--bundle", keys / "public", questions=lines(*({"text": text} for text in texts)))
        assert [answer["outcome"] for answer in answers] == ["pass", "pass"]

    def test_the_seal_of_the_token_seals(self, keys: Path) -> None:
        opened = keystore.load(keys, pin=PIN)
        Seal(opened.seal, [opened.root_certificate.public_bytes(Encoding.DER)])  # signs, and checks what it signed

    def test_a_start_without_the_token_says_so(self, keys: Path, token: Token) -> None:
        token.unplug()
        with pytest.raises(KeyUnreachable, match="Plug it in"):
            keystore.load(keys, pin=PIN)
        token.plug_in()
        keystore.load(keys, pin=PIN)

    def test_a_request_that_died_before_the_token_made_its_key_goes_on(
        self, root: Path, keys: Path, token: Token, on: Occasion
    ) -> None:
        place = replace(token.address, object_label="clearance-card-2", object_id=b"unmade")
        (keys / "private" / "card-2.uri").write_text(f"{place}\n")
        assert certified(root, keys, Role.CARD, token=token, on=on) == "card-2"
        assert (keys / "private" / "card-2.uri").read_text() == f"{place}\n"

    def test_a_key_of_the_token_takes_over_and_the_former_one_is_destroyed(
        self, root: Path, keys: Path, token: Token, on: Occasion
    ) -> None:
        name = certified(root, keys, Role.CARD, token=token, on=on)
        self.publish(keys, replace(on, at=on.at + 1))
        rotate(read_ring(keys), name, ask_desks=None, despite="a test", on=on, secrets=SECRETS)
        former = TokenAddress.parse((keys / "private" / "card.uri").read_text())
        retire(read_ring(keys), "card", destroy_key=True, on=replace(on, at=on.at + 2), secrets=SECRETS)
        assert not (keys / "private" / "card.uri").exists()
        with pytest.raises(KeyUnreachable, match="is not there"):
            open_token_key(former, pin=PIN)
        assert keystore.load(keys, pin=PIN).card.kid == read_ring(keys).named(name).kid

    def test_the_doctor_says_which_key_is_out_of_reach(self, keys: Path, token: Token, on: Occasion) -> None:
        assert examine(keys, demo=True, issuer=None, on=on, secrets=SECRETS) == []
        token.unplug()
        found = examine(keys, demo=True, issuer=None, on=on, secrets=SECRETS)
        assert {(each.code, Path(each.where).name) for each in found} == {
            ("key.unusable", "card.uri"),
            ("key.unusable", "seal.uri"),
        }
        assert all("Plug the token in" in each.cure for each in found)


class TestAddresses:
    @pytest.mark.parametrize(
        ("uri", "said"),
        [
            ("file:/key.pem", "no PKCS#11 URI"),
            ("pkcs11:token=a?module-path=/m.so&pin-value=1234", "must not hold the PIN"),
            ("pkcs11:token=a?module-path=/m.so&pin-source=file:/pin", "must not hold the PIN"),
            ("pkcs11:token=a", "module-path"),
            ("pkcs11:object=card?module-path=/m.so", "token"),
            ("pkcs11:token=a;serial=12?module-path=/m.so", "'serial'"),
        ],
    )
    def test_an_address_that_cannot_be_used_is_explained(self, uri: str, said: str) -> None:
        with pytest.raises(SigningFault, match=said) as refused:
            TokenAddress.parse(uri)
        assert "1234" not in str(refused.value)

    def test_an_address_reads_back_as_it_was_written(self) -> None:
        address = TokenAddress(module_path="/usr/lib/my hsm.so", token="BMET; 1?", object_label="a=b", object_id=b"\0%")
        assert TokenAddress.parse(str(address)) == address
