"""Codes for officers who act at the command line, where no passkey can be shown."""

from clearance.domain.factors import needs_second_factor, new_code, plain_code
from clearance.domain.staff import Officer
from clearance.issuing.service import Service


def codes_for(service: Service, *officers: Officer) -> dict[str, str]:
    """A new recovery code for each who needs one, as the environment of `clearance batch` and `clearance card`."""
    given = {}
    with service.database.write() as work:
        for officer in officers:
            if needs_second_factor(officer):
                code = new_code()
                work.factors.put_recovery_codes(officer.number, [service.vault.digest(plain_code(code))])
                given["CLEARANCE_CODE_" + officer.username.upper().replace("-", "_")] = code
        work.commit()
    return given
