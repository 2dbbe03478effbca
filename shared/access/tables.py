"""The tables of the schema `access`, which belongs to this package alone."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
account = Table(
    "account",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("disabled_at", DateTime(timezone=True)),
    Column("invited_as", LargeBinary, unique=True),
    Column("partner_id", Text),
)
link = Table(
    "link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("person_id", Uuid, nullable=False),
    Column("stage", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("reads_only", Boolean, nullable=False),
)
mailed_link = Table(  # goes when it is opened; `browser_hash`: of what the asking browser keeps
    "mailed_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
password = Table(
    "password",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("sign_in_name", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)
one_time_code = Table(
    "one_time_code",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("sealed", LargeBinary),
    Column("pending", LargeBinary),
    Column("last_counter", BigInteger, nullable=False),
)
recovery_code = Table(
    "recovery_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid, nullable=False),
)
passkey = Table(
    "passkey",
    metadata,
    Column("credential_id", LargeBinary, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("device", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
challenge = Table(
    "challenge",
    metadata,
    Column("challenge_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
outside_identity = Table(
    "outside_identity",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person_id", Uuid, nullable=False, unique=True),
)
attempt = Table(
    "attempt",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("blocked_until", DateTime(timezone=True), nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_id", Uuid),
    Column("action", Text, nullable=False),
    Column("subject_id", Uuid),
    Column("detail", JSONB, nullable=False),
    Column("row_hash", LargeBinary, nullable=False),
)
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instant", DateTime(timezone=True), nullable=False),
)
