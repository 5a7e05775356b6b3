"""Changing the rules: one officer proposes a version, another consents to it, and only then does it govern.

Each step is one transaction with its entry in the record. What stands against a proposal is judged when it is made and
again, in the book of that day, when it is consented to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.consent import against_version, may_change, may_settle
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import RuleKey, RuleTerms, RuleVersion
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.rules import read_version, subject_of
from clearance.issuing.service import Service

OUTCOME_ACTS = {
    ProposalState.CONSENTED: AuditAct.RULE_CONSENTED,
    ProposalState.REJECTED: AuditAct.RULE_REJECTED,
    ProposalState.WITHDRAWN: AuditAct.RULE_WITHDRAWN,
}


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """What an officer proposes: for whom (as the version it replaces, where it does), what, from when until when."""

    key: RuleKey
    terms: RuleTerms
    starts_on: date
    ends_on: date | None
    replaces: int | None


def propose_rules(
    service: Service, wanted: Sequence[NewRule], *, officer: Officer, device: str, reason: str
) -> tuple[RuleVersion, ...] | Refused:
    """The proposed versions, all of them or none. Raises NotOnRecord for one that replaces a version there is not."""
    proposed = Signature(officer_no=officer.number, at=service.now(), device=device, reason=reason.strip() or None)
    with service.database.write() as work:
        against: list[Objection] = [*may_change(read_officer(work, officer.number), reason=reason)]
        versions: list[RuleVersion] = []
        for rule in wanted:
            version = _version(work, work.rules.next_number() + len(versions), rule, proposed)
            against += against_version(work.rules.book(), version, on=service.today())
            versions.append(version)
        if against:
            return Refused(objections=tuple(against))
        for version in versions:
            work.rules.propose(version)
            _put_on_record(work, version, AuditAct.RULE_PROPOSED, proposed)
        work.commit()
    return tuple(versions)


def settle_rule(
    service: Service, number: int, outcome: ProposalState, *, officer: Officer, device: str, reason: str | None
) -> RuleVersion | Refused:
    """The version after an officer consented, rejected or withdrew it. Raises NotOnRecord, Conflict."""
    settled = Signature(
        officer_no=officer.number, at=service.now(), device=device, reason=(reason or "").strip() or None
    )
    with service.database.write() as work:
        version, second = read_version(work, number), read_officer(work, officer.number)
        against = may_settle(second, version.proposed, version.state, outcome, reason=settled.reason)
        if not against and outcome is ProposalState.CONSENTED:
            against = against_version(work.rules.book(), version, on=service.today())
        if against:
            return Refused(objections=against)
        done = replace(version, state=outcome, settled=settled)
        work.rules.settle(done)
        _put_on_record(work, done, OUTCOME_ACTS[outcome], settled)
        work.commit()
    return done


def _version(work: UnitOfWork, number: int, rule: NewRule, proposed: Signature) -> RuleVersion:
    # A version takes over from another for whom that one was: otherwise cases would be left without a rule.
    key = rule.key if rule.replaces is None else read_version(work, rule.replaces).key
    return RuleVersion(
        number=number,
        key=key,
        terms=rule.terms,
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
        replaces=rule.replaces,
        state=ProposalState.PROPOSED,
        proposed=proposed,
    )


def _put_on_record(work: UnitOfWork, version: RuleVersion, act: AuditAct, by: Signature) -> None:
    terms = version.terms
    facts: Facts = {
        "key": str(version.key),
        "from": version.starts_on.isoformat(),
        "until": version.ends_on.isoformat() if version.ends_on else None,
        "replaces": version.replaces,
        "decided_by": terms.decided_by.value,
        "minimum_age": terms.minimum_age,
        "fees_taka": terms.fees_taka,
        "source": terms.source,
        "device": by.device,
        "reason": by.reason,
    }
    work.audit.append(
        AuditEntry(at=by.at, officer_no=by.officer_no, act=act, subject=subject_of(version.number), facts=facts)
    )
