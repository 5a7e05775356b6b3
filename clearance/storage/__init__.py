"""What is kept: tables and transactions (SQLAlchemy Core), the audit chain, documents on disk, password hashes.

Every adapter implements a port of `clearance.issuing.ports`; each table has two functions, row to value and value to
row. The rules of the office live in `clearance.domain`; here they stand once more as constraints.
"""
