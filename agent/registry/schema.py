"""Tables. ``report``, ``key``, ``enrolment_code`` and ``decision`` are the truth; the others are projections of them.

Instants are text in UTC with a fixed width, structured values are JSON text: the same rows compare equal on SQLite
and PostgreSQL. ``decision`` holds what persons decided about doubtful matches, with the place in the log where they
decided it, so that a rebuild meets it at the same moment (addition to REPORT design, section 16).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

truth = MetaData()
projection = MetaData()

report = Table(
    "report",
    truth,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("report_id", Text, nullable=False, unique=True),
    Column("kid", Text, nullable=False, index=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("log_prev", Text),  # SHA-256 of the receipt before this one; null for the first
    Column("received_at", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("jws", Text),  # null: blanked at the end of its retention; hash and receipt stay
)

key = Table(
    "key",
    truth,
    Column("kid", Text, primary_key=True),
    Column("role", Text, nullable=False),  # stick | registry
    Column("x", Text, nullable=False),
    Column("workshop", Text),
    Column("stick_number", Integer),
    Column("stick_label", Text),
    Column("code_hash", Text),
    Column("enrolled_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("revoked_why", Text),
    Index("key_stick", "workshop", "stick_number", unique=True),
)

enrolment_code = Table(
    "enrolment_code",
    truth,
    Column("code_hash", Text, primary_key=True),  # the code itself is shown once and never stored
    Column("workshop", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text),
    Column("used_by", Text),
)

decision = Table(
    "decision",
    truth,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("after_seq", Integer, nullable=False),
    Column("report_id", Text, ForeignKey("report.report_id"), nullable=False),
    Column("action", Text, nullable=False),  # same_as | another
    Column("device_id", Text),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
)

device = Table(
    "device",
    projection,
    Column("device_id", Text, primary_key=True),
    Column("tag", Text, index=True),
    Column("workshop", Text),
    Column("form", Text),
    Column("manufacturer", Text),
    Column("product", Text),
    Column("facts", Text, nullable=False),  # JSON: cpu, memory_bytes, windows11, linux, grade, …
    Column("install", Text),  # JSON
    Column("disposition", Text),  # JSON
    Column("number", Text),  # of the newest certificate
    Column("state", Text, nullable=False),
    Column("alarm", Text),
    Column("merged_into", Text, index=True),
    Column("reports", Integer, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("first_at", Text, nullable=False),
    Column("last_at", Text, nullable=False, index=True),
    Column("head_kid", Text, nullable=False),  # whose report the facts come from, and its number in that chain
    Column("head_chain_seq", BigInteger, nullable=False),
    Column("search", Text, nullable=False),
)

identifier = Table(
    "identifier",
    projection,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("device_id", Text, primary_key=True),
    Column("shown", Text, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Index("identifier_device", "device_id"),
)

event = Table(
    "event",
    projection,
    Column("seq", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("device_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("report_id", Text),
    Column("workshop", Text),
    Column("supersedes", Text, index=True),
    Column("params", Text, nullable=False),  # JSON
)

erasure = Table(
    "erasure",
    projection,
    Column("seq", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("device_id", Text, nullable=False, index=True),
    Column("report_id", Text, nullable=False, index=True),
    Column("kid", Text, nullable=False),
    Column("chain_seq", BigInteger, nullable=False),
    Column("workshop", Text),
    Column("disk", Text, nullable=False),
    Column("model", Text),
    Column("size_bytes", BigInteger),
    Column("medium", Text),
    Column("outcome", Text, nullable=False),
    Column("shown", Text, nullable=False),  # the outcome, or without_evidence when nothing observed carries it
    Column("level", Text),
    Column("technique", Text),
    Column("bytes_covered", BigInteger),
    Column("verification", Text),  # JSON
    Column("exceptions", BigInteger, nullable=False),
    Column("started", Text),
    Column("seconds", BigInteger),
    Column("superseded_by", Text),
)

certificate = Table(
    "certificate",
    projection,
    Column("number", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("title", Text, nullable=False),  # message id of what the paper may be called
)

reconciliation = Table(
    "reconciliation",
    projection,
    Column("report_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("device_id", Text, nullable=False),  # the device made for this report until somebody decides
    Column("reason", Text, nullable=False),  # two_candidates | weak_only | retagged | tag_twice
    Column("candidates", Text, nullable=False),  # JSON list of device ids
    Column("status", Text, nullable=False),  # open | same_as | another
    Column("decided_into", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
)
