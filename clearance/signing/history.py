"""What a directory of keys remembers that neither certificates nor published files tell: private/signers.json.

Which signer took over from which and when, in which trust bundle each signer first stood, and which trust and seal
signers are out of use. A directory without this file is one where nothing has changed since it was made.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from clearance.signing import files
from clearance.signing.authority import Role
from clearance.signing.errors import KeyRefused

FILE = "signers.json"


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A signer began to sign. `at` is epoch seconds; `despite` is the reason for not waiting for every desk."""

    signer: str
    role: Role
    at: int
    despite: str | None = None


@dataclass(frozen=True, kw_only=True)
class History:
    """`listed`: name -> sequence of the first trust bundle that named it; `retired`: name -> epoch seconds."""

    switches: tuple[Switch, ...] = ()
    listed: Mapping[str, int] = field(default_factory=dict)
    retired: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, private: Path) -> Self:
        """Raises KeyRefused when the file is damaged."""
        path = private / FILE
        try:
            read = json.loads(path.read_bytes())
            switches = tuple(Switch(**{**each, "role": Role(each["role"])}) for each in read["switches"])
            return cls(switches=switches, listed=dict(read["listed"]), retired=dict(read["retired"]))
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise KeyRefused(f"{path} is damaged. Put it back from a backup: it says which key signs.") from error

    def write(self, private: Path) -> None:
        """Replace the file."""
        content = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        files.write_atomically(private / FILE, content.encode(), mode=files.PRIVATE_FILE)

    def signing(self, role: Role) -> str:
        """The name of the signer that signs; at first the one named like its role."""
        return next((switch.signer for switch in reversed(self.switches) if switch.role is role), role.value)

    def former(self, role: Role) -> frozenset[str]:
        """The names of those that signed before."""
        names = {role.value, *(switch.signer for switch in self.switches if switch.role is role)}
        return frozenset(names - {self.signing(role)})

    def last_switch(self, role: Role) -> Switch | None:
        return next((switch for switch in reversed(self.switches) if switch.role is role), None)

    def switched(self, switch: Switch) -> Self:
        return replace(self, switches=(*self.switches, switch))

    def listing(self, names: Mapping[str, int]) -> Self:
        """With the sequence of those names that have none yet."""
        return replace(self, listed={**names, **self.listed})

    def retiring(self, name: str, at: int) -> Self:
        return replace(self, retired={**self.retired, name: at})
