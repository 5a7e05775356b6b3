"""All cases of one person are found by the registration number without reading every case."""

from clearance.storage.migrations import gently

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    gently.create_index("ix_applications_registration_no", "applications", ["registration_no"])
