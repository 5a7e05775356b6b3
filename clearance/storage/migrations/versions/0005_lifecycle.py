"""The whole life of a case: the steps between entry and departure, and who made each."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
