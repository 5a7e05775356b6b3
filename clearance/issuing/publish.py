"""Publishing which cards no longer hold. The database is the truth; the list is made from it, whole, every time."""

from clearance.credential.status import Status
from clearance.issuing.signing_room import SigningRoom


def publish_status(room: SigningRoom) -> None:
    """Sign and publish the status list as the database has it now: after each revocation, hourly, and at the start.

    A card that may have been signed for a case that was then rejected counts as revoked.
    """
    # The right to write is held on purpose: lists are published in the order of the changes they show, so that an
    # older one never replaces a newer one.
    with room.database.write() as work:
        abandoned = dict.fromkeys(work.intents.abandoned(room.status_uri), Status.INVALID)
        values = abandoned | dict(work.clearances.statuses(room.status_uri))
        room.publisher.publish(values, at=int(room.now().timestamp()))
