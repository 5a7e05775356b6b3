"""What a ceremony does with keys in use: publishes, rotates, retires and distrusts them."""

import os
from datetime import timedelta

import pytest

from clearance.credential.claims import encode_claims
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.signing import keystore
from clearance.signing.authority import Role
from clearance.signing.errors import DirectoryInUse, KeyRefused, OutOfOrder
from clearance.signing.history import History
from tests.unit.signing.cards import AT, Card
from tests.unit.signing.ceremonies import ALL_KNOW, Ceremony, Desk, Desks, card_of, tree, verdict


class TestPublishing:
    def test_a_bundle_of_another_issuer_is_refused(self, ceremony: Ceremony) -> None:
        before = tree(ceremony.keys / "public")
        with pytest.raises(DirectoryInUse, match=r"issuer 'bmet.gov.bd', not 'elsewhere'"):
            ceremony.publish(issuer="elsewhere")
        assert tree(ceremony.keys / "public") == before

    def test_a_damaged_bundle_is_never_replaced(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        (ceremony.keys / "public" / "trust.cose").write_bytes(b"garbage")
        with pytest.raises(Exception, match="every desk"):
            ceremony.publish()
        assert (ceremony.keys / "public" / "trust.cose").read_bytes() == b"garbage"

    def test_a_new_signer_comes_under_the_next_sequence_and_the_old_one_stays(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        done = ceremony.publish()
        assert done.facts["Sequence"] == "2"
        assert ceremony.standings() == dict.fromkeys(["card", "status", "trust", "seal"], "signing") | {
            "card-2": "published"
        }

    def test_a_bundle_without_news_is_signed_anew_when_asked(self, ceremony: Ceremony) -> None:
        assert ceremony.publish(renew=True).facts["Sequence"] == "2"

    def test_a_full_disk_leaves_what_was_published(self, ceremony: Ceremony, monkeypatch: pytest.MonkeyPatch) -> None:
        ceremony.add(Role.CARD)
        before = tree(ceremony.keys)

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            ceremony.publish()
        assert tree(ceremony.keys) == before


class TestRotation:
    @pytest.fixture
    def waiting(self, ceremony: Ceremony) -> Ceremony:
        """card-2 is published."""
        ceremony.add(Role.CARD)
        ceremony.publish()
        return ceremony

    def test_desks_without_the_key_are_counted_and_named(self, waiting: Ceremony) -> None:
        now = waiting.on.moment
        behind = [
            Desk(name="CGP-2", last_seen=now - timedelta(days=3, hours=5), trust_sequence=1),
            Desk(name="DAC-7", last_seen=now - timedelta(minutes=1), trust_sequence=None),
            Desk(name="ZYL-1", last_seen=None, trust_sequence=None),
        ]
        with pytest.raises(OutOfOrder) as refused:
            waiting.rotate("card-2", Desks(enrolled=12, behind=behind))
        assert str(refused.value).splitlines()[:4] == [
            "3 of 12 desks do not hold card-2 yet (trust bundle 2):",
            "  CGP-2 last seen 3 days ago, holds bundle 1",
            "  DAC-7 last seen 1 minute ago, holds no bundle",
            "  ZYL-1 was never heard from",
        ]
        assert waiting.standings()["card-2"] == "published"

    def test_the_bundle_asked_about_is_the_first_that_named_the_signer(self, waiting: Ceremony) -> None:
        for hours in (1, 2, 3):
            waiting.later(hours=hours).publish(renew=True)
        assert waiting.ring().named("card-2").listed_in == 2

    def test_without_the_office_nothing_is_switched(self, waiting: Ceremony) -> None:
        with pytest.raises(OutOfOrder, match="--home"):
            waiting.rotate("card-2")

    def test_a_reason_not_to_wait_goes_on_record(self, waiting: Ceremony) -> None:
        dead = Desks(enrolled=12, behind=[Desk(name="CGP-2", last_seen=None, trust_sequence=None)])
        waiting.rotate("card-2", dead, despite="CGP-2 burnt down")
        assert History.read(waiting.keys / "private").switches[-1].despite == "CGP-2 burnt down"
        [page] = (waiting.keys / "ceremony").glob("*-rotate-card-2-*")
        assert "CGP-2 burnt down" in page.read_text()
        assert "1 of 12 enrolled desks did not hold it: CGP-2." in page.read_text()

    def test_old_and_new_cards_are_valid_through_switch_and_retirement(self, waiting: Ceremony) -> None:
        old = card_of(waiting, issued_at=AT + 60)
        waiting.rotate("card-2", ALL_KNOW)
        new = card_of(waiting, issued_at=AT + 120)
        assert [verdict(waiting, card, at=AT + 300) for card in (old, new)] == [Reason.VALID] * 2
        waiting.later(minutes=2).retire("card")
        assert [verdict(waiting, card, at=AT + 300) for card in (old, new)] == [Reason.VALID] * 2
        assert waiting.standings()["card"] == "retired"

    def test_what_a_retired_key_signs_afterwards_does_not_count(self, waiting: Ceremony) -> None:
        retired_key = keystore.load(waiting.keys).card
        waiting.rotate("card-2", ALL_KNOW)
        waiting.retire("card")
        claims = Card(issued_at=waiting.on.at + 1).claims(keystore.load(waiting.keys))
        late = pack(sign1(encode_claims(claims), signer=retired_key))
        assert verdict(waiting, late, at=waiting.on.at + 60) is Reason.UNTRUSTED_SIGNER

    @pytest.mark.parametrize("role", [Role.TRUST, Role.SEAL])
    def test_trust_and_seal_wait_for_no_desk(self, ceremony: Ceremony, role: Role) -> None:
        name = ceremony.add(role)
        ceremony.rotate(name)
        ceremony.retire(role.value)
        assert (ceremony.standings()[role.value], ceremony.standings()[name]) == ("retired", "signing")
        ceremony.later(minutes=1).publish(renew=True)
        keystore.load(ceremony.keys).publisher().republish_trust(ceremony.later(minutes=2).on.at)
        assert verdict(ceremony, card_of(ceremony, issued_at=AT), at=AT + 300) is Reason.VALID

    def test_a_new_status_signer_publishes_lists_that_desks_take(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.STATUS, Algorithm.EDDSA)
        ceremony.publish()
        ceremony.rotate("status-2", ALL_KNOW)
        keys = keystore.load(ceremony.keys)
        keys.publisher().publish({}, uri=keys.status_uri, at=AT + 200)
        ceremony.later(minutes=5).retire("status")
        assert verdict(ceremony, card_of(ceremony, issued_at=AT), at=AT + 500) is Reason.VALID


class TestOrder:
    def test_a_signer_without_a_certificate_does_not_sign(self, ceremony: Ceremony) -> None:
        ceremony.request(Role.CARD)
        with pytest.raises(OutOfOrder, match="no certificate yet"):
            ceremony.rotate("card-2", ALL_KNOW)

    def test_a_signer_that_no_desk_knows_does_not_sign(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        with pytest.raises(OutOfOrder, match="No desk knows card-2 yet"):
            ceremony.rotate("card-2", ALL_KNOW, despite="no time")

    def test_a_signer_that_signs_is_not_retired(self, ceremony: Ceremony) -> None:
        with pytest.raises(OutOfOrder, match="card signs now"):
            ceremony.retire("card")

    def test_a_retired_signer_does_not_come_back(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        ceremony.publish()
        ceremony.rotate("card-2", ALL_KNOW)
        ceremony.retire("card")
        with pytest.raises(OutOfOrder, match="card is retired, and that is final"):
            ceremony.rotate("card", ALL_KNOW)

    def test_a_signer_that_has_ended_does_not_sign(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        ceremony.publish()
        with pytest.raises(OutOfOrder, match="valid from"):
            ceremony.later(days=6 * 365).rotate("card-2", ALL_KNOW)

    def test_an_unknown_signer_is_named_with_those_there_are(self, ceremony: Ceremony) -> None:
        with pytest.raises(KeyRefused, match=r"no signer 'card-9'.*card, status, trust, seal"):
            ceremony.rotate("card-9", ALL_KNOW)

    def test_a_signer_may_be_named_by_its_key_identifier(self, ceremony: Ceremony) -> None:
        ring = ceremony.ring()
        assert ring.named(ring.named("card").kid.hex().upper()).name == "card"

    def test_two_kinds_of_place_for_one_key_are_refused(self, ceremony: Ceremony) -> None:
        (ceremony.keys / "private" / "card.uri").write_text("pkcs11:token=a;object=b?module-path=/m.so\n")
        with pytest.raises(KeyRefused, match="both speak for one key"):
            ceremony.ring()

    def test_a_damaged_history_is_not_guessed(self, ceremony: Ceremony) -> None:
        for content in (b"garbage", b"[]", b'{"switches": [{"signer": "card"}], "listed": {}, "retired": {}}'):
            (ceremony.keys / "private" / "signers.json").write_bytes(content)
            with pytest.raises(KeyRefused, match="which key signs"):
                keystore.load(ceremony.keys)


class TestDistrust:
    def test_every_card_of_the_key_is_refused_at_once_and_for_good(self, ceremony: Ceremony) -> None:
        card = card_of(ceremony, issued_at=AT)
        done = ceremony.distrust("card")
        assert verdict(ceremony, card, at=AT + 120) is Reason.UNTRUSTED_SIGNER
        assert "none can be made that counts" in " ".join(done.said)
        assert ceremony.distrust("card").already
        with pytest.raises(OutOfOrder, match="distrusted, and that is final"):
            ceremony.rotate("card", ALL_KNOW)
        with pytest.raises(OutOfOrder, match="distrusted"):
            ceremony.retire("card")

    def test_the_next_key_is_named_when_one_is_ready(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        ceremony.publish()
        done = ceremony.distrust("card")
        assert any("rotate" in line and "card-2" in line for line in done.then)
        ceremony.rotate("card-2", ALL_KNOW)
        assert verdict(ceremony, card_of(ceremony, issued_at=AT + 60), at=AT + 120) is Reason.VALID

    def test_a_retired_key_can_be_distrusted(self, ceremony: Ceremony) -> None:
        card = card_of(ceremony, issued_at=AT)
        ceremony.add(Role.CARD)
        ceremony.publish()
        ceremony.rotate("card-2", ALL_KNOW)
        ceremony.retire("card", destroy_key=True)
        ceremony.distrust("card")
        assert verdict(ceremony, card, at=AT + 120) is Reason.UNTRUSTED_SIGNER

    @pytest.mark.parametrize("role", [Role.TRUST, Role.SEAL])
    def test_what_a_bundle_cannot_say_is_explained(self, ceremony: Ceremony, role: Role) -> None:
        with pytest.raises(OutOfOrder, match="Rotate to a new"):
            ceremony.distrust(role.value)

    def test_a_key_that_no_desk_knows_need_not_be_distrusted(self, ceremony: Ceremony) -> None:
        ceremony.add(Role.CARD)
        with pytest.raises(OutOfOrder, match="No desk knows card-2"):
            ceremony.distrust("card-2")

    def test_it_needs_no_key_but_that_of_trust(self, ceremony: Ceremony) -> None:
        for name in ("card", "status", "seal"):
            (ceremony.keys / "private" / f"{name}.pem").unlink()
        assert not ceremony.distrust("card").already
