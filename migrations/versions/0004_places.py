"""Airports as a table, and the outline of every H3 cell that is counted and of the larger ones that it lies in."""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import REAL

from geo.airports import Airports
from store.cells import outlines

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = ("strip", "aerodrome", "airline")
AIRPORTS = """
INSERT INTO airports (code, iata, name, kind, elevation_ft, time_zone, geom)
SELECT code, nullif(iata, ''), name, kind, elevation, nullif(time_zone, ''), ST_SetSRID(ST_Point(lon, lat), 4326)
FROM unnest(CAST(:code AS text[]), CAST(:iata AS text[]), CAST(:name AS text[]), CAST(:kind AS text[]),
  CAST(:elevation AS real[]), CAST(:time_zone AS text[]), CAST(:lon AS float8[]), CAST(:lat AS float8[]))
  AS built_in (code, iata, name, kind, elevation, time_zone, lon, lat)
"""
OUTLINES = """
INSERT INTO cell_outlines (h3, resolution, geom)
SELECT h3, resolution, ST_GeomFromEWKB(geom)
FROM unnest(CAST(:h3 AS bigint[]), CAST(:resolution AS smallint[]), CAST(:geom AS bytea[]))
  AS had (h3, resolution, geom)
"""


def geom(kind: str) -> sa.Column[object]:
    return sa.Column("geom", Geometry(kind, srid=4326, dimension=2, spatial_index=False), nullable=False)


def upgrade() -> None:
    op.create_table(
        "airports",
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("iata", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("elevation_ft", REAL()),
        sa.Column("time_zone", sa.Text()),
        geom("POINT"),
    )
    op.create_index("airports_geom", "airports", ["geom"], postgresql_using="gist")
    op.create_table(
        "cell_outlines",
        sa.Column("h3", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("resolution", sa.SmallInteger(), nullable=False),
        geom("GEOMETRY"),
    )
    fill_airports()
    fill_outlines()


def downgrade() -> None:
    op.drop_table("cell_outlines")
    op.drop_table("airports")


def fill_airports() -> None:
    known = Airports.builtin()
    texts = {name: getattr(known, name).tolist() for name in ("code", "iata", "name", "time_zone", "lon", "lat")}
    elevation = [None if np.isnan(feet) else feet for feet in known.elevation.tolist()]
    kinds = [KINDS[kind] for kind in known.kind.tolist()]
    op.get_bind().execute(sa.text(AIRPORTS), texts | {"elevation": elevation, "kind": kinds})


def fill_outlines() -> None:
    """For the cells that were counted before."""
    cells = op.get_bind().execute(sa.text("SELECT DISTINCT h3 FROM cells")).scalars().all()
    h3, resolution, shapes = outlines(list(cells))
    op.get_bind().execute(sa.text(OUTLINES), {"h3": h3, "resolution": resolution, "geom": shapes})
