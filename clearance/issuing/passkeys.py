"""Passkeys and security keys (WebAuthn level 3), checked by py_webauthn: what a browser is asked, what it answers.

Each question is a random challenge that is kept with the session and is good for one answer. A passkey stands behind
the password, so that the touch is what we ask of it and not the fingerprint.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import generate_challenge, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clearance.domain.audit import AuditAct
from clearance.domain.factors import FactorKind, Passkey
from clearance.issuing.factors import added, pass_on, require_may_add
from clearance.issuing.ports import Conflict, UnitOfWork
from clearance.issuing.service import Service
from clearance.issuing.sign_in import Entered, Visit, put_on_record

MAX_NAME = 40
MAX_ANSWER = 16_384
"""Characters of a browser's answer; real ones have a few hundred, with an attestation a few thousand."""


@dataclass(frozen=True, kw_only=True)
class RelyingParty:
    """Who asks, as browsers see it: the host's name and the origin of the pages."""

    id: str
    origin: str
    name: str


def offer_to_add(service: Service, visit: Visit, party: RelyingParty) -> dict[str, Any]:
    """What the browser is asked to make a passkey (`PublicKeyCredentialCreationOptions` as JSON)."""
    officer = visit.officer
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=officer.number.encode(),
        user_name=officer.username,
        user_display_name=officer.name.en,
        exclude_credentials=_descriptors(visit),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    _remember(service, visit, options.challenge)
    return _plain(options_to_json(options))


def ask(service: Service, visit: Visit, party: RelyingParty) -> dict[str, Any] | None:
    """What the browser is asked to show a passkey (`PublicKeyCredentialRequestOptions`); None where there is none."""
    if not visit.held.passkeys:
        return None
    options = generate_authentication_options(rp_id=party.id, allow_credentials=_descriptors(visit))
    _remember(service, visit, options.challenge)
    return _plain(options_to_json(options))


def add_passkey(service: Service, visit: Visit, party: RelyingParty, *, answer: str, name: str) -> Entered | None:
    """Take the passkey that the browser made; None where the answer is not one to our question.

    Raises NotFresh; Conflict where it is registered already.
    """
    require_may_add(service, visit)
    with service.database.write() as work:
        challenge = _take_challenge(work, visit)
        try:
            made = verify_registration_response(
                credential=_bounded(answer),
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
            )
        except (WebAuthnException, ValueError):
            work.commit()  # the question was asked, and is used up
            return None
        work.factors.add_passkey(
            Passkey(
                credential_id=made.credential_id,
                officer_no=visit.officer.number,
                name=" ".join(name.split())[:MAX_NAME],
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                added_at=service.now(),
                used_at=None,
            )
        )
        entered = added(service, work, visit, FactorKind.PASSKEY)
        work.commit()
    return entered


def show_passkey(service: Service, visit: Visit, party: RelyingParty, *, answer: str) -> Entered | None:
    """Let the officer in, or on, with a passkey; None where the answer is not one to our question."""
    with service.database.write() as work:
        challenge = _take_challenge(work, visit)
        used = _used(service, work, visit, party, challenge, answer)
        if used is None:
            place = visit.session.place
            facts = {"device": place.device, "agent": place.agent, "network": place.network}
            seen = replace(visit.session, seen_at=service.now())
            put_on_record(work, AuditAct.OFFICER_FACTOR_FAILED, seen, facts | {"factor": FactorKind.PASSKEY.value})
            work.commit()
            return None
        work.factors.save_passkey(used)
        entered = pass_on(service, work, visit, FactorKind.PASSKEY)
        work.commit()
    return entered


def _used(
    service: Service, work: UnitOfWork, visit: Visit, party: RelyingParty, challenge: bytes, answer: str
) -> Passkey | None:
    """The passkey that signed, with its new count; the library refuses a count that went back."""
    try:
        credential = parse_authentication_credential_json(_bounded(answer))
        held = work.factors.of_officer(visit.officer.number).passkeys
        key = next((each for each in held if each.credential_id == credential.raw_id), None)
        if key is None:
            return None
        shown = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, ValueError):
        return None
    return replace(key, sign_count=shown.new_sign_count, used_at=service.now())


def _remember(service: Service, visit: Visit, challenge: bytes) -> None:
    with service.database.write() as work:
        stored = work.sessions.get(visit.session.key)
        if stored is None or stored.end is not None:
            raise Conflict("the session ended")
        work.sessions.replace(stored.key, replace(stored, challenge=challenge))
        work.commit()


def _take_challenge(work: UnitOfWork, visit: Visit) -> bytes:
    """The question that was asked, good once; a fresh one that nobody can have answered, where none was."""
    stored = work.sessions.get(visit.session.key)
    if stored is None or stored.challenge is None:
        return generate_challenge()
    work.sessions.replace(stored.key, replace(stored, challenge=None))
    return stored.challenge


def _descriptors(visit: Visit) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in visit.held.passkeys]


def _bounded(answer: str) -> str:
    if len(answer) > MAX_ANSWER:
        raise ValueError("longer than any answer of a browser")
    return answer


def _plain(options: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(options)
    return parsed
