"""Where the neighbourhoods of a funder zone lie, so that zones can be drawn as areas."""

from alembic import op

from shared.db import run_script

revision = "reporting_0011"
down_revision = "reporting_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the middles to what readers see of a funder zone: public geography, no figure."""
    run_script(
        op.get_bind(),
        """
        create or replace view public_place as
          select z.year, z.code, n.name_fr, n.name_nl, n.municipality, n.x_km, n.y_km
          from funder_zoning z join zone n on n.id = z.zone_id;
        """,
    )
