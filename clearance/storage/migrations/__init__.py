"""The steps from an empty database to today's tables, in order; run by `clearance.storage.schema.migrate`."""
