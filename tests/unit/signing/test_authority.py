"""Certificates: what stands in them, and who accepts them for what."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from clearance.credential.chain import document_signer, read_roots
from clearance.credential.errors import UntrustedSigner
from clearance.credential.trust import PURPOSE_EKU, Purpose
from clearance.signing.authority import DEMO, Role, Subject, Window, certify, is_demo, make_root

BMET = Subject(organisation="Bureau of Manpower, Employment and Training", country="BD")


class Country:
    """A root and one signer of each role."""

    def __init__(self, subject: Subject, window: Window) -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = make_root(self.root_key, subject=subject, window=window)
        self.signers = {role: self.certify(role, window) for role in Role}

    def certify(self, role: Role, window: Window) -> x509.Certificate:
        public_key = ec.generate_private_key(ec.SECP256R1()).public_key()
        return certify(public_key, role, root=self.root, root_key=self.root_key, window=window)


@pytest.fixture(scope="module")
def country(window: Window) -> Country:
    return Country(BMET, window)


@pytest.mark.parametrize("role", list(Role))
def test_a_signer_is_accepted_for_its_own_purpose_and_no_other(country: Country, role: Role) -> None:
    accepted = set()
    roots = read_roots(country.root.public_bytes(Encoding.PEM))
    for purpose in Purpose:
        try:
            der = country.signers[role].public_bytes(Encoding.DER)
            document_signer(der, purpose_eku=PURPOSE_EKU[purpose], roots=roots)
            accepted.add(purpose.name)
        except UntrustedSigner:
            pass
    assert accepted == ({role.name} if role is not Role.SEAL else set())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("role", list(Role))
def test_openssl_accepts_the_chain_strictly(country: Country, role: Role, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(country.root.public_bytes(Encoding.PEM))
    (tmp_path / "signer.crt").write_bytes(country.signers[role].public_bytes(Encoding.PEM))
    start = int(country.root.not_valid_before_utc.timestamp())
    strictly = ["openssl", "verify", "-x509_strict", "-check_ss_sig", "-attime", str(start + 60)]
    files = ["-CAfile", tmp_path / "root.pem", tmp_path / "signer.crt"]
    run = subprocess.run([*strictly, *files], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_root_may_certify_end_entities_only(country: Country) -> None:
    constraints = country.root.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = country.root.extensions.get_extension_for_class(x509.KeyUsage)
    assert (constraints.value.ca, constraints.value.path_length, constraints.critical) == (True, 0, True)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature


@pytest.mark.parametrize("role", list(Role))
def test_a_signer_signs_and_certifies_nobody(country: Country, role: Role) -> None:
    extensions = country.signers[role].extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    assert usage.content_commitment is (role is Role.SEAL)


def test_the_seal_signs_documents_and_satisfies_nss(country: Country) -> None:
    ekus = country.signers[Role.SEAL].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [oid.dotted_string for oid in ekus] == ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"]


def test_signers_name_country_and_organisation_of_their_root(country: Country) -> None:
    for certificate in country.signers.values():
        for oid in (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME):
            expected = country.root.subject.get_attributes_for_oid(oid)
            assert certificate.subject.get_attributes_for_oid(oid) == expected


def test_names_and_numbers_of_certificates_differ(country: Country) -> None:
    certificates = [country.root, *country.signers.values()]
    assert len({certificate.subject for certificate in certificates}) == 5
    assert len({certificate.serial_number for certificate in certificates}) == 5


def test_a_signer_never_outlives_its_root(country: Country, window: Window) -> None:
    longer = Window(not_before=window.not_before, not_after=window.not_after + timedelta(days=1000))
    assert country.certify(Role.CARD, longer).not_valid_after_utc == country.root.not_valid_after_utc


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (DEMO, True),
        (BMET, False),
        (Subject(organisation="DEMO - NOT FOR TRAVEL", country="BD"), True),
        (Subject(organisation="demo of something", country="BD"), True),
        (Subject(organisation="Bureau", country="ZZ"), True),
        (Subject(organisation="Democratic Bureau", country="BD"), True),  # too careful is the safe side
        (Subject(organisation="Bureau of DEMO", country="BD"), False),
    ],
)
def test_either_mark_of_a_demo_is_enough(subject: Subject, expected: bool, window: Window) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    assert is_demo(make_root(root_key, subject=subject, window=window)) is expected


@pytest.mark.parametrize(
    ("organisation", "country"), [("Bureau", "bd"), ("Bureau", "BGD"), ("Bureau", ""), ("", "BD"), (" ", "BD")]
)
def test_a_subject_that_is_none_is_refused(organisation: str, country: str) -> None:
    with pytest.raises(ValueError, match=r"has 1 to 64|two capital letters"):
        Subject(organisation=organisation, country=country)
