"""The tables of what keeps people's data and what lets it go: investigations, orders to erase, documents to drop."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata, where

investigation_holds = Table(
    "investigation_holds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("placed_by", ForeignKey("officers.number"), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("reason", Sealed("investigation_holds.reason"), nullable=False),
    Column("ended_by", ForeignKey("officers.number")),
    Column("ended_at", UtcDateTime),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended_wholly"),
    Index("uq_investigation_holds_standing", "reference", unique=True, **where("ended_by IS NULL")),
)

erasure_orders = Table(
    "erasure_orders",
    metadata,
    # Who it was is nowhere in it: the case by which the person was found has no name any more either.
    Column("number", String(12), primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("basis", String(20), nullable=False),
    Column("reason", Sealed("erasure_orders.reason"), nullable=False),
    Column("ordered_by", ForeignKey("officers.number"), nullable=False),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("ordered_device", String(64), nullable=False),
    Column("consented_by", ForeignKey("officers.number")),
    Column("consented_at", UtcDateTime),
    Column("withdrawn_by", ForeignKey("officers.number")),
    Column("withdrawn_at", UtcDateTime),
    CheckConstraint("consented_by IS NULL OR consented_by <> ordered_by", name="two_officers"),
    CheckConstraint("(consented_by IS NULL) = (consented_at IS NULL)", name="consented_wholly"),
    CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_wholly"),
    CheckConstraint("consented_by IS NULL OR withdrawn_by IS NULL", name="consented_or_withdrawn"),
    Index(
        "uq_erasure_orders_open",
        "reference",
        unique=True,
        **where("consented_by IS NULL AND withdrawn_by IS NULL"),
    ),
)

released_documents = Table(
    "released_documents",
    metadata,
    # What a row named until it was redacted. It goes after a while, unless another row names it.
    Column("sha256", String(64), primary_key=True),
    Column("released_at", UtcDateTime, nullable=False, index=True),
)
