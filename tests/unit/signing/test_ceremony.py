"""The steps of a key ceremony: their order, what they refuse, and the pages they leave."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from clearance.credential.cose import Algorithm
from clearance.credential.reasons import Reason
from clearance.signing.authority import ROLE_EKUS, Role, Subject
from clearance.signing.ceremony import Done, Occasion, keep_record
from clearance.signing.ceremony_root import certify_request, create_root
from clearance.signing.ceremony_signer import install_signer, request_signer
from clearance.signing.errors import DirectoryInUse, KeyRefused, OutOfOrder, PassphraseWrong
from clearance.signing.private_keys import Secrets
from tests.unit.signing.cards import AT
from tests.unit.signing.ceremonies import ALL_KNOW, NO_SECRETS, Ceremony, card_of, tree, verdict

PASSPHRASE = b"correct horse battery staple"
BMET = Subject(organisation="Bureau of Manpower, Employment and Training", country="BD")


class TestFirstCeremony:
    def test_an_offline_root_and_four_signers_make_a_directory_that_issues(self, ceremony: Ceremony) -> None:
        assert not (ceremony.keys / "private" / "root.pem").exists()
        assert verdict(ceremony, card_of(ceremony, issued_at=AT), at=AT + 60) is Reason.VALID
        assert set(ceremony.standings().values()) == {"signing"}

    def test_every_step_taken_again_says_that_it_is_done_and_changes_nothing(self, ceremony: Ceremony) -> None:
        before = tree(ceremony.home)
        again = [ceremony.create_root(), ceremony.certify("card"), ceremony.install("card"), ceremony.publish()]
        again.append(ceremony.rotate("card"))
        assert [done.already for done in again] == [True] * 5
        added = tree(ceremony.home).keys() - before.keys()
        assert {name: content for name, content in tree(ceremony.home).items() if name not in added} == before
        assert all("/ceremony/" in name for name in added)

    def test_a_request_without_an_answer_is_shown_again(self, ceremony: Ceremony) -> None:
        first, again = ceremony.request(Role.CARD), ceremony.request(Role.CARD)
        assert (first.subject, again.subject, again.already) == ("card-2", "card-2", True)
        assert first.facts == again.facts

    def test_both_ends_of_a_request_show_the_same_fingerprint(self, ceremony: Ceremony) -> None:
        asked, certified = ceremony.request(Role.CARD), ceremony.certify("card-2")
        assert asked.facts["Public key (SHA-256)"] == certified.facts["Public key (SHA-256)"]

    def test_without_a_root_no_key_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(OutOfOrder, match="pinned to no root"):
            request_signer(
                tmp_path / "keys",
                Role.CARD,
                algorithm=Algorithm.ES256,
                root_file=None,
                token=None,
                secrets=NO_SECRETS,
            )
        assert list(tmp_path.iterdir()) == []

    def test_a_first_bundle_waits_for_a_signer_of_each_purpose(self, rooted: Ceremony) -> None:
        rooted.add(Role.CARD)
        rooted.add(Role.TRUST)
        with pytest.raises(OutOfOrder, match="none yet for status, seal"):
            rooted.publish()
        assert not (rooted.keys / "public").exists()

    def test_a_lost_bundle_is_not_begun_anew(self, ceremony: Ceremony) -> None:
        (ceremony.keys / "public" / "trust.cose").unlink()
        with pytest.raises(OutOfOrder, match="Put back the newest copy"):
            ceremony.publish()

    def test_real_keys_are_encrypted_all_with_one_passphrase(self, tmp_path: Path) -> None:
        ceremony = Ceremony(home=tmp_path)
        right, wrong = Secrets.known(passphrase=PASSPHRASE), Secrets.known(passphrase=b"another one, long enough")
        with pytest.raises(PassphraseWrong, match="is encrypted: give a passphrase"):
            create_root(ceremony.root, subject=BMET, on=ceremony.on, secrets=NO_SECRETS)
        create_root(ceremony.root, subject=BMET, on=ceremony.on, secrets=right)

        def request(role: Role, secrets: Secrets) -> Done:
            pem = ceremony.root / "public" / "root.pem"
            return request_signer(
                ceremony.keys, role, algorithm=Algorithm.ES256, root_file=pem, token=None, secrets=secrets
            )

        with pytest.raises(PassphraseWrong, match="give a passphrase"):
            request(Role.CARD, NO_SECRETS)
        request(Role.CARD, right)
        with pytest.raises(PassphraseWrong, match="one passphrase"):
            request(Role.STATUS, wrong)
        request(Role.STATUS, right)
        assert {path.name for path in (ceremony.keys / "private").glob("*.pem")} == {"card.pem", "status.pem"}

    def test_another_organisation_does_not_get_the_root_of_the_first(self, rooted: Ceremony) -> None:
        secrets = Secrets.known(passphrase=PASSPHRASE)
        with pytest.raises(DirectoryInUse, match="DEMO"):
            create_root(rooted.root, subject=BMET, on=rooted.on, secrets=secrets)


class TestCertifying:
    def request_file(self, rooted: Ceremony, subject: x509.Name, role: Role = Role.CARD) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        builder = builder.add_extension(x509.ExtendedKeyUsage(ROLE_EKUS[role]), critical=True)
        return self.written(rooted, builder.sign(key, hashes.SHA256()))

    def written(self, rooted: Ceremony, request: x509.CertificateSigningRequest) -> Path:
        path = rooted.home / "request.csr"
        path.write_bytes(request.public_bytes(Encoding.PEM))
        return path

    def refused(self, rooted: Ceremony, path: Path, match: str) -> None:
        before = tree(rooted.home)
        with pytest.raises(KeyRefused, match=match):
            certify_request(
                rooted.root, path, Role.CARD, into=rooted.home / "out.crt", on=rooted.on, secrets=NO_SECRETS
            )
        assert tree(rooted.home) == before

    def test_a_request_for_another_purpose_is_refused(self, rooted: Ceremony) -> None:
        rooted.request(Role.STATUS)
        self.refused(rooted, rooted.keys / "requests" / "status.csr", "for a status key, and a card key")

    def test_a_request_that_was_changed_on_its_way_is_refused(self, rooted: Ceremony) -> None:
        rooted.request(Role.CARD)
        request = x509.load_pem_x509_csr((rooted.keys / "requests" / "card.csr").read_bytes())
        der = bytearray(request.public_bytes(Encoding.DER))
        der[-1] ^= 1
        self.refused(
            rooted, self.written(rooted, x509.load_der_x509_csr(bytes(der))), "not signed by the key it is for"
        )

    def test_a_request_of_another_country_is_refused(self, rooted: Ceremony) -> None:
        self.refused(rooted, self.request_file(rooted, BMET.name("Card")), "country BD, and this root stands for ZZ")

    def test_a_request_without_a_country_is_refused(self, rooted: Ceremony) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Card")])
        self.refused(rooted, self.request_file(rooted, name), r"country \(none\)")

    def test_a_request_for_a_kind_of_key_that_cards_do_not_use_is_refused(self, rooted: Ceremony) -> None:
        key = rsa.generate_private_key(65537, 2048)
        builder = x509.CertificateSigningRequestBuilder().subject_name(BMET.name("Card"))
        builder = builder.add_extension(x509.ExtendedKeyUsage(ROLE_EKUS[Role.CARD]), critical=True)
        self.refused(
            rooted, self.written(rooted, builder.sign(key, hashes.SHA256())), "P-256 or Ed25519; this one is not"
        )

    def test_a_file_that_is_no_request_is_refused(self, rooted: Ceremony) -> None:
        (rooted.home / "request.csr").write_bytes(b"garbage")
        self.refused(rooted, rooted.home / "request.csr", "no certificate request")
        self.refused(rooted, rooted.home / "nowhere.csr", "nowhere.csr cannot be read: No such file")

    def test_one_key_never_serves_two_purposes(self, rooted: Ceremony) -> None:
        rooted.request(Role.CARD)
        rooted.certify("card")
        key = rooted.keys / "private" / "card.pem"
        shutil.copy(key, rooted.keys / "private" / "status.pem")
        rooted.request(Role.STATUS)
        with pytest.raises(KeyRefused, match="certified as a card key"):
            rooted.certify("status")

    def test_a_clock_outside_the_time_of_the_root_is_noticed(self, rooted: Ceremony) -> None:
        rooted.request(Role.CARD)
        with pytest.raises(OutOfOrder, match="Set its clock right"):
            rooted.later(days=21 * 365).certify("card")

    def test_a_signer_never_outlives_its_root(self, rooted: Ceremony) -> None:
        rooted.request(Role.CARD)
        late = rooted.later(days=18 * 365)
        late.certify("card")
        certificate = x509.load_pem_x509_certificate((rooted.keys / "requests" / "card.crt").read_bytes())
        root = x509.load_pem_x509_certificate((rooted.root / "public" / "root.pem").read_bytes())
        assert certificate.not_valid_after_utc == root.not_valid_after_utc


class TestInstalling:
    def refused(self, ceremony: Ceremony, path: Path, match: str) -> None:
        before = tree(ceremony.keys)
        with pytest.raises((KeyRefused, OutOfOrder), match=match):
            install_signer(ceremony.keys, path, on=ceremony.on, secrets=NO_SECRETS)
        assert tree(ceremony.keys) == before

    def test_a_certificate_of_another_root_is_refused(self, ceremony: Ceremony) -> None:
        ceremony.request(Role.CARD)
        other = replace(ceremony, home=ceremony.home / "other")
        other.home.mkdir()
        other.create_root()
        path = ceremony.keys / "requests" / "card-2.csr"
        into = ceremony.home / "card-2.crt"
        certify_request(other.root, path, Role.CARD, into=into, on=ceremony.on, secrets=NO_SECRETS)
        self.refused(ceremony, into, "issued by another root than the one pinned here")

    def test_a_certificate_that_no_key_here_asked_for_is_refused(self, ceremony: Ceremony) -> None:
        other = replace(ceremony, home=ceremony.home / "other")
        shutil.copytree(ceremony.root, other.root)
        other.request(Role.CARD)
        other.certify("card")
        self.refused(ceremony, other.keys / "requests" / "card.crt", "No key in .* asked for this certificate")

    def test_a_certificate_for_another_purpose_is_refused(self, ceremony: Ceremony) -> None:
        ceremony.request(Role.CARD)
        key = x509.load_pem_x509_csr((ceremony.keys / "requests" / "card-2.csr").read_bytes()).public_key()
        wrong = signed_by_root(ceremony, key, Role.STATUS)
        self.refused(ceremony, wrong, "no certificate of a card signer")

    def test_a_certificate_that_has_ended_is_refused(self, ceremony: Ceremony) -> None:
        ceremony.request(Role.CARD)
        ceremony.certify("card-2")
        self.refused(ceremony.later(days=6 * 365), ceremony.keys / "requests" / "card-2.crt", "ended on")

    def test_a_key_that_was_exchanged_meanwhile_is_noticed(self, ceremony: Ceremony) -> None:
        ceremony.request(Role.CARD)
        ceremony.certify("card-2")
        shutil.copy(ceremony.keys / "private" / "card.pem", ceremony.keys / "private" / "card-2.pem")
        self.refused(ceremony, ceremony.keys / "requests" / "card-2.crt", "belongs to another private key")

    def test_a_root_of_others_does_not_take_over_a_directory(self, ceremony: Ceremony) -> None:
        other = replace(ceremony, home=ceremony.home / "other")
        other.home.mkdir()
        other.create_root()
        shutil.copy(other.root / "public" / "root.pem", ceremony.root / "public" / "root.pem")
        with pytest.raises(KeyRefused, match="pinned to another root"):
            ceremony.request(Role.CARD)

    def test_a_root_pinned_by_mistake_can_be_corrected_before_the_first_key(self, rooted: Ceremony) -> None:
        other = replace(rooted, home=rooted.home / "other")
        other.home.mkdir()
        other.create_root()
        (rooted.keys / "private").mkdir(parents=True)
        shutil.copy(other.root / "public" / "root.pem", rooted.keys / "private" / "root.crt")
        rooted.add(Role.CARD)
        assert rooted.standings() == {"card": "installed"}

    def test_a_signer_is_no_root(self, ceremony: Ceremony) -> None:
        with pytest.raises(KeyRefused, match="no root that desks could pin"):
            request_signer(
                ceremony.home / "new",
                Role.CARD,
                algorithm=Algorithm.ES256,
                root_file=ceremony.keys / "private" / "card.crt",
                token=None,
                secrets=NO_SECRETS,
            )


def signed_by_root(ceremony: Ceremony, key: object, role: Role) -> Path:
    """A certificate of the ceremony's root that says another purpose than was asked for."""
    from clearance.signing.authority import Window, certify
    from clearance.signing.software import read_private_key

    root = x509.load_pem_x509_certificate((ceremony.root / "public" / "root.pem").read_bytes())
    root_key = read_private_key(ceremony.root / "private" / "root.pem", passphrase=None)
    start = datetime.fromtimestamp(AT, UTC)
    window = Window(not_before=start, not_after=start + timedelta(days=365))
    certificate = certify(key, role, root=root, root_key=root_key, window=window)  # type: ignore[arg-type]
    path = ceremony.home / "wrong.crt"
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


class TestRecords:
    def test_a_page_says_who_when_what_and_has_lines_to_sign(self, tmp_path: Path) -> None:
        on = Occasion(at=AT, operator="A. Rahman", machine="vault-1", witnesses=("N. Akter", "M. Hossain"))
        done = Done(step="rotate", subject="card-2", title="let it sign", said=("It signs.",), facts={"Key": "AB12"})
        page = keep_record(tmp_path, done, on).read_text()
        for expected in ("2026-11-22 06:00:00 UTC (22 November 2026, 12:00 in Dhaka)", "A. Rahman", "vault-1"):
            assert expected in page
        assert "- Key: AB12" in page
        assert [line.partition("Signature")[0].strip() for line in page.splitlines() if "Signature:" in line] == [
            "Operator: A. Rahman",
            "Witness: N. Akter",
            "Witness: M. Hossain",
        ]

    def test_a_name_cannot_write_lines_of_its_own(self, tmp_path: Path) -> None:
        on = Occasion(at=AT, operator="A\n- Witness: nobody\x1b[2J", machine="x")
        page = keep_record(tmp_path, Done(step="a", subject="b", title="c", said=()), on).read_text()
        assert "\n- Witness" not in page
        assert "\x1b" not in page

    def test_every_change_of_a_ceremony_has_its_page(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        ceremony.publish()
        ceremony.rotate("card-2", ALL_KNOW)
        ceremony.retire("card", destroy_key=True)
        ceremony.distrust("card")
        steps = {path.name.partition("Z-")[2] for path in (ceremony.keys / "ceremony").iterdir()}
        assert {
            "signer-request-card-2.md",
            "signer-install-card-2.md",
            "bundle-publish-2.md",
            f"rotate-card-2-{ceremony.on.at}.md",
            "destroy-card.md",
            "distrust-card.md",
        } <= steps
