"""Entry point that Alembic loads: run the steps on the connection that `schema.migrate` opened.

PostgreSQL has each step in a transaction of its own: what a step locks is free again before the next one begins.
"""

from alembic import context

from clearance.storage.tables import metadata

connection = context.config.attributes["connection"]
step_by_step = connection.dialect.name == "postgresql"
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=step_by_step)
with context.begin_transaction():
    context.run_migrations()
