"""The servers and programs of an installation, started for real: each can be killed and started again on its data.

| what | where |
|---|---|
| any program: start, stop, kill -9, start again | `program` |
| PostgreSQL, and a standby that follows it | `postgresql` |
| Redis (or Valkey) | `redis` |
| an S3-compatible store | `tests.fakes.object_store` |
| signing service, web, worker of an installation | `programs` |
| all of them together, as a nation has them | `nation` |
"""
