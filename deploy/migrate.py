"""Brings the database to what the code expects: schemas, roles, tables, and nothing in common.

Each service has a schema and a login role that may use that schema only. The sealed ledger has two
more: the sealer, and the funder who reads what was sealed. The roles own nothing: migrations run as
the role of `RELAIS_DATABASE_URL`.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, text

from shared.settings import HouseSettings, role_name, sqlalchemy_url

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("intake", "dispatch", "notify", "reporting")
SCHEMAS = ("access", *SERVICES)
LEDGER_ROLES = ("sealer", "funder")
LEDGER_OPEN = (
    "reporting.ledger_block, reporting.ledger_anchor, reporting.ledger_policy,"
    " reporting.funder_zoning, reporting.published_signal, reporting.published_plan,"
    " reporting.published_cell, reporting.published_correction"
)
PUBLIC_VIEWS = (
    "reporting.public_campaign, reporting.public_plan, reporting.public_place,"
    " reporting.public_close"
)
LEDGER_CLOSED = (
    "reporting.ledger_audit, reporting.ledger_member, reporting.ledger_seal,"
    " reporting.correction_told"
)
LEDGER_SOURCES = (
    "reporting.campaign, reporting.campaign_zone, reporting.contribution, reporting.planned_task,"
    " reporting.zone, reporting.ledger_waiver, reporting.signal"
)
MIGRATION_LOCK = 7_141_592  # any number that nothing else locks
LOCK_TIMEOUT = "4s"  # a migration that waits longer would stop the service behind it


def versions_folder(schema: str) -> Path:
    """Where the migrations of a schema are."""
    owner = "shared/access" if schema == "access" else f"services/{schema}"
    return ROOT / owner / "migrations"


def migrate_all(settings: HouseSettings) -> list[str]:
    """Apply every missing migration of every schema; return the names of those applied.

    Safe to run twice, and by two at once: the second waits.
    """
    url = sqlalchemy_url(settings.database_url.get_secret_value())
    engine = create_engine(url, poolclass=NullPool)
    applied: list[str] = []
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as lock:
            lock.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            with engine.begin() as connection:
                make_roles(connection, settings)
            for schema in SCHEMAS:
                with engine.connect() as connection:
                    applied += migrate_schema(connection, schema)
                with engine.begin() as connection:
                    grant(connection, schema)
    finally:
        engine.dispose()
    return applied


def make_roles(connection: Connection, settings: HouseSettings) -> None:
    """Create each schema and its role; set the role's password from the secret."""
    database = connection.execute(text("select current_database()")).scalar_one()
    connection.execute(text("revoke all on schema public from public"))
    connection.execute(text(f'revoke all on database "{database}" from public'))
    for name in (*SCHEMAS, *LEDGER_ROLES):
        role = role_name(name)
        known = connection.execute(
            text("select 1 from pg_roles where rolname = :role"), {"role": role}
        ).first()
        if known is None:
            connection.execute(text(f"create role {role} login noinherit"))
        # A role's password cannot be a bound value; ours is hexadecimal.
        connection.execute(text(f"alter role {role} password '{settings.role_password(name)}'"))
        connection.execute(text(f'grant connect on database "{database}" to {role}'))
    for schema in SCHEMAS:
        connection.execute(text(f"create schema if not exists {schema}"))
        connection.execute(text(f"revoke all on schema {schema} from public"))


def migrate_schema(connection: Connection, schema: str) -> list[str]:
    """Run the migrations of one schema on this connection."""
    before = revisions(connection, schema)
    connection.execute(text(f"set search_path = {schema}"))
    connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    config = Config()
    config.set_main_option("script_location", str(ROOT / "deploy" / "alembic"))
    config.set_main_option("version_locations", str(versions_folder(schema)))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, schema=schema)
    command.upgrade(config, "head")
    connection.commit()
    return sorted(revisions(connection, schema) - before)


def revisions(connection: Connection, schema: str) -> set[str]:
    """Read which revision a schema is at."""
    if not connection.execute(text(f"select to_regclass('{schema}.migration')")).scalar_one():
        return set()
    found = connection.execute(text(f"select version_num from {schema}.migration"))
    revision = {row.version_num for row in found}
    connection.rollback()
    return revision


def grant(connection: Connection, schema: str) -> None:
    """Let the schema's own role work in it; nobody else, and nobody may change its tables.

    The played clock is the one thing that every role may read elsewhere. Reporting also reads whose
    access was closed, to stop writing to them.
    """
    role = role_name(schema)
    connection.execute(text(f"grant usage on schema {schema} to {role}"))
    connection.execute(
        text(f"grant select, insert, update, delete on all tables in schema {schema} to {role}")
    )
    connection.execute(text(f"revoke all on {schema}.migration from {role}"))
    connection.execute(text(f"grant usage on all sequences in schema {schema} to {role}"))
    if schema == "access":
        connection.execute(text(f"revoke update, delete on access.audit from {role}"))
        for name in (*SERVICES, *LEDGER_ROLES):
            connection.execute(text(f"grant usage on schema access to {role_name(name)}"))
            connection.execute(text(f"grant select on access.clock to {role_name(name)}"))
        reporting = role_name("reporting")
        connection.execute(text(f"grant select on access.closed_access to {reporting}"))
    if schema == "reporting":
        grant_ledger(connection)


def grant_ledger(connection: Connection) -> None:
    """Let the sealer alone write the ledger, and see what is behind it.

    The sealer reads what it seals. Reporting and the funder read what was sealed; the funder
    reads nothing else of anybody's.
    """
    sealer, funder, reporting = (role_name(name) for name in (*LEDGER_ROLES, "reporting"))
    tables = f"{LEDGER_OPEN}, {LEDGER_CLOSED}"
    keys, chores = "reporting.ledger_key", "reporting.chore"
    for statement in (
        f"revoke all on {tables}, {keys} from {reporting}",
        f"revoke update on reporting.ledger_waiver from {reporting}",
        f"grant usage on schema reporting to {sealer}, {funder}",
        f"revoke all on {PUBLIC_VIEWS} from {reporting}",
        f"grant select on {LEDGER_OPEN}, {PUBLIC_VIEWS} to {reporting}, {funder}",
        f"grant select on reporting.kept_report, reporting.advocacy_statement to {funder}",
        f"grant select, insert on {tables} to {sealer}",
        f"grant select, insert, delete on {keys} to {sealer}",
        f"grant select on {LEDGER_SOURCES}, reporting.public_plan to {sealer}",
        f"grant select, insert, update on {chores} to {sealer}",
    ):
        connection.execute(text(statement))


def main() -> list[str]:
    """Migrate the database that the settings name."""
    return migrate_all(HouseSettings())
