"""Second factors as rows. Secrets arrive sealed, recovery codes as fingerprints."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from clearance.domain.factors import Authenticator, FactorsHeld, Passkey
from clearance.issuing.ports import NotOnRecord
from clearance.storage.tables_access import authenticators, passkeys, recovery_codes

_AUTHENTICATORS = select(authenticators)
_AUTHENTICATOR = _AUTHENTICATORS.where(authenticators.c.officer_no == bindparam("wanted"))
_PASSKEYS = select(passkeys).order_by(passkeys.c.officer_no, passkeys.c.added_at, passkeys.c.credential_id)
_PASSKEYS_OF = _PASSKEYS.where(passkeys.c.officer_no == bindparam("wanted"))
_CODES = select(recovery_codes.c.officer_no, func.count().label("left")).group_by(recovery_codes.c.officer_no)
_CODES_OF = _CODES.where(recovery_codes.c.officer_no == bindparam("wanted"))
_SAVE_PASSKEY = update(passkeys).where(passkeys.c.credential_id == bindparam("wanted"))
_REMOVE_PASSKEY = delete(passkeys).where(passkeys.c.credential_id == bindparam("wanted"))
_USE_CODE = delete(recovery_codes).where(
    recovery_codes.c.officer_no == bindparam("wanted"), recovery_codes.c.digest == bindparam("used")
)
_REMOVE_AUTHENTICATOR = delete(authenticators).where(authenticators.c.officer_no == bindparam("wanted"))
_REMOVE_CODES = delete(recovery_codes).where(recovery_codes.c.officer_no == bindparam("wanted"))
_REMOVE_PASSKEYS = delete(passkeys).where(passkeys.c.officer_no == bindparam("wanted"))


class SqlFactors:
    """Implements `clearance.issuing.ports.Factors`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_officer(self, officer_no: str) -> FactorsHeld:
        wanted = {"wanted": officer_no}
        authenticator = self._connection.execute(_AUTHENTICATOR, wanted).first()
        codes = self._connection.execute(_CODES_OF, wanted).first()
        return FactorsHeld(
            authenticator=None if authenticator is None else _authenticator(authenticator),
            passkeys=tuple(_passkey(row) for row in self._connection.execute(_PASSKEYS_OF, wanted)),
            recovery_codes=0 if codes is None else codes.left,
        )

    def held(self) -> Mapping[str, FactorsHeld]:
        apps = {row.officer_no: _authenticator(row) for row in self._connection.execute(_AUTHENTICATORS)}
        codes = {row.officer_no: row.left for row in self._connection.execute(_CODES)}
        keys: dict[str, list[Passkey]] = {}
        for row in self._connection.execute(_PASSKEYS):
            keys.setdefault(row.officer_no, []).append(_passkey(row))
        return {
            number: FactorsHeld(
                authenticator=apps.get(number),
                passkeys=tuple(keys.get(number, ())),
                recovery_codes=codes.get(number, 0),
            )
            for number in apps.keys() | keys.keys()
        }

    def put_authenticator(self, authenticator: Authenticator) -> None:
        self.remove_authenticator(authenticator.officer_no)
        row = {
            "officer_no": authenticator.officer_no,
            "sealed_secret": authenticator.sealed_secret,
            "added_at": authenticator.added_at,
            "last_step": authenticator.last_step,
        }
        self._connection.execute(authenticators.insert(), row)

    def remove_authenticator(self, officer_no: str) -> None:
        self._connection.execute(_REMOVE_AUTHENTICATOR, {"wanted": officer_no})

    def add_passkey(self, passkey: Passkey) -> None:
        self._connection.execute(passkeys.insert(), _row(passkey))

    def save_passkey(self, passkey: Passkey) -> None:
        wanted = {"wanted": passkey.credential_id}
        if self._connection.execute(_SAVE_PASSKEY, _row(passkey) | wanted).rowcount != 1:
            raise NotOnRecord(passkey.credential_id.hex())

    def remove_passkey(self, credential_id: bytes) -> None:
        self._connection.execute(_REMOVE_PASSKEY, {"wanted": credential_id})

    def put_recovery_codes(self, officer_no: str, digests: Iterable[str]) -> None:
        self._connection.execute(_REMOVE_CODES, {"wanted": officer_no})
        self._connection.execute(
            recovery_codes.insert(), [{"officer_no": officer_no, "digest": digest} for digest in digests]
        )

    def use_recovery_code(self, officer_no: str, digest: str) -> bool:
        return self._connection.execute(_USE_CODE, {"wanted": officer_no, "used": digest}).rowcount == 1

    def remove_all(self, officer_no: str) -> None:
        for statement in (_REMOVE_AUTHENTICATOR, _REMOVE_PASSKEYS, _REMOVE_CODES):
            self._connection.execute(statement, {"wanted": officer_no})


def _authenticator(row: Row[Any]) -> Authenticator:
    return Authenticator(
        officer_no=row.officer_no,
        sealed_secret=row.sealed_secret,
        added_at=row.added_at,
        last_step=row.last_step,
    )


def _row(passkey: Passkey) -> dict[str, Any]:
    return {
        "credential_id": passkey.credential_id,
        "officer_no": passkey.officer_no,
        "name": passkey.name,
        "public_key": passkey.public_key,
        "sign_count": passkey.sign_count,
        "added_at": passkey.added_at,
        "used_at": passkey.used_at,
    }


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        credential_id=row.credential_id,
        officer_no=row.officer_no,
        name=row.name,
        public_key=row.public_key,
        sign_count=row.sign_count,
        added_at=row.added_at,
        used_at=row.used_at,
    )
