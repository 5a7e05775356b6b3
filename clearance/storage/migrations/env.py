"""Entry point that Alembic loads: run the steps on the connection that `schema.migrate` opened."""

from alembic import context

from clearance.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
