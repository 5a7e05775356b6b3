"""What a visitor does who is asked to work before a look-up: a computation (ALTCHA, solved by our page), or to wait.

The work is for one question of one visitor and good once. A browser that runs no script, or has no WebCrypto, waits
instead, as long as the work is dear; who presses too early waits on, and loses nothing. Waiting costs a machine
nothing, so that few waits of one network count in a minute; the bounds of `guard` hold either way.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow

import altcha
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clearance.issuing.guard import DAY, MINUTE
from clearance.web.public.ticket import Envelope
from clearance.web.tally import Count, Tally

ALGORITHM = "PBKDF2/SHA-256"
COSTS = (600, 2_000, 6_000)
"""Iterations by level. A phone does a thousand in a millisecond or two, and the page tries 128 to 255 keys."""
FEWEST_KEYS, MORE_KEYS = 128, 128
PREFIX_BYTES = 4
WAITS_S = (20, 60, 180)
WAITS_A_MINUTE = 6
"""Waits of one network that count in a minute: those of six people beside each other in a cafe."""
LONGEST_ANSWER = 4_096


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the page hands out: a challenge for its script, and until when to wait without."""

    challenge: str
    wait: str
    ready_at: datetime


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Sets tasks and accepts what was done. Keys are derived from the installation's secret."""

    envelope: Envelope
    challenge_key: bytes
    answer_key: bytes
    tally: Tally

    @classmethod
    def of(cls, secret_key: bytes, *, envelope: Envelope, tally: Tally) -> "Workshop":
        challenge, answer = (
            HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret_key)
            for info in (b"clearance work challenge", b"clearance work answer")
        )
        return cls(envelope=envelope, challenge_key=challenge, answer_key=answer, tally=tally)

    def task(self, question: str, *, level: int, now: datetime) -> Task:
        """A task of a level (from 1) for a sealed question."""
        challenge = altcha.create_challenge(
            ALGORITHM,
            COSTS[level - 1],
            counter=FEWEST_KEYS + randbelow(MORE_KEYS),
            key_prefix_length=PREFIX_BYTES,
            data={"for": self._name(question)},
            hmac_secret=self.challenge_key,
            hmac_key_secret=self.answer_key,
        )
        ready = now + timedelta(seconds=WAITS_S[level - 1])
        wait = self.envelope.seal(json.dumps([self._name(question), ready.timestamp()]).encode())
        return Task(challenge=json.dumps(challenge.to_dict()), wait=wait, ready_at=ready)

    def worked(self, answer: str, *, question: str) -> bool:
        """Whether this is work done for this very question, for the first time."""
        if not answer or len(answer) > LONGEST_ANSWER:
            return False
        try:
            given = altcha.Payload.from_base64(answer)
            nonce, data = str(given.challenge.parameters.nonce), given.challenge.parameters.data
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        result = altcha.verify_solution(given, self.challenge_key, hmac_key_secret=self.answer_key)
        meant = isinstance(data, dict) and data.get("for") == self._name(question)
        return result.verified and meant and self._first_time(nonce)

    def waited(self, wait: str, *, question: str, network: str, now: datetime) -> bool:
        """Whether this wait is over and was for this very question; it counts once."""
        ready_at = self.ready_at(wait, question=question)
        if ready_at is None or now.timestamp() < ready_at:
            return False
        (waits,) = self.tally.add(Count(f"waits/{network}", MINUTE))
        if waits > WAITS_A_MINUTE:
            return False
        return self._first_time(wait)

    def ready_at(self, wait: str, *, question: str) -> float | None:
        """When a wait for this question is over, in epoch seconds; None for none of ours."""
        content = self.envelope.open(wait)
        if content is None:
            return None
        name, ready_at = json.loads(content)
        return float(ready_at) if name == self._name(question) else None

    def _name(self, question: str) -> str:
        return hmac.digest(self.challenge_key, question.encode(), "sha256").hex()[:32]

    def _first_time(self, token: str) -> bool:
        (times,) = self.tally.add(Count("used/" + hashlib.sha256(token.encode()).hexdigest(), DAY))
        return times == 1
