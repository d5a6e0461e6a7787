"""Cells of every size, days of cells with GPSJam's count of aircraft, counts for tiles of small scale, and regions."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import REAL, TIMESTAMP

from geo.cells import cells_of
from geo.schema import Array

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SIZE = "(h3 >> 52 & 15)::smallint"
HOUR = "date_bin('1 hour', bucket_start, '1970-01-01 00:00:00+00'::timestamptz)"

# Positions and pieces of tracks by larger cells, at the place of any of them: how many a tile of the world counts.
PARENT = "((h3 & ~(15::bigint << 52)) | (r::bigint << 52) | ((1::bigint << (3 * (15 - r))) - 1))"
FILL = f"""
INSERT INTO tile_hours (layer, hours, resolution, start, h3, lon, lat, n)
SELECT :layer, hours, r, date_bin(hours * interval '1 hour', time, '1970-01-01 00:00:00+00'::timestamptz) AS start,
  {PARENT} AS cell, (array_agg(ST_X(geom)))[1], (array_agg(ST_Y(geom)))[1], count(*)
FROM {{source}} CROSS JOIN (VALUES (1, 2), (1, 3), (1, 4), (24, 2), (24, 3), (24, 4)) AS level (hours, r)
WHERE h3 IS NOT NULL GROUP BY hours, r, start, cell
"""
STARTS = """
CREATE TEMP TABLE begun ON COMMIT DROP AS
SELECT slot AS time, ST_Force2D(ST_StartPoint(geom)) AS geom, NULL::bigint AS h3 FROM track_segments
"""
CELLS = """
UPDATE begun SET h3 = cell FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[]), CAST(:cell AS bigint[]))
  AS known (x, y, cell) WHERE ST_X(geom) = x AND ST_Y(geom) = y
"""


def time() -> TIMESTAMP:
    return TIMESTAMP(timezone=True)


def number(name: str, kind: Any = None, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.Integer(), nullable=False, **options)


def key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def size() -> sa.Column[Any]:
    return sa.Column("resolution", sa.SmallInteger(), sa.Computed(SIZE, persisted=True), nullable=False)


def upgrade() -> None:
    change_cells()
    create_days()
    create_tile_hours()
    op.create_table(
        "firs",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("oceanic", sa.Boolean(), primary_key=True),
        sa.Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
    )
    op.create_index("firs_geom", "firs", ["geom"], postgresql_using="gist")


def change_cells() -> None:
    """Outlines have their own table; time flown is not known of what was counted before: a backfill counts it."""
    for index in ("cells_bucket", "cells_geom"):
        op.drop_index(index, "cells")
    for name in ("geom", "anomalies", "resolution"):
        op.drop_column("cells", name)
    op.add_column("cells", size())
    op.add_column("cells", number("seconds", server_default="0"))
    op.execute("ALTER TABLE cells SET (fillfactor = 70)")
    op.create_index("cells_bucket", "cells", ["bucket_start", "resolution"])
    op.create_index("cells_hour", "cells", [sa.text(HOUR), "resolution"])
    op.create_index("cell_outlines_geom", "cell_outlines", ["geom"], postgresql_using="gist")


def create_days() -> None:
    op.create_table(
        "cell_days",
        key("h3", sa.BigInteger()),
        key("day", time()),
        size(),
        *(number(name, server_default="0") for name in ("good", "bad", "seconds", "most", "half_hours")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("cell_days_day", "cell_days", ["day", "resolution"])
    op.create_table(
        "cell_aircraft",
        key("day", sa.Date()),
        key("h3", sa.BigInteger()),
        key("icao24", sa.BigInteger()),
        number("bad", sa.Boolean()),
    )


def create_tile_hours() -> None:
    op.create_table(
        "tile_hours",
        key("layer", sa.Text()),
        key("hours", sa.SmallInteger()),
        key("resolution", sa.SmallInteger()),
        key("start", time()),
        key("h3", sa.BigInteger()),
        *(number(name, REAL()) for name in ("lon", "lat")),
        number("n", sa.BigInteger()),
        postgresql_with={"fillfactor": 70},
    )
    fill_tile_hours()


def fill_tile_hours() -> None:
    """Positions know their cells; pieces of tracks get those of the place where they begin."""
    bind = op.get_bind()
    bind.execute(sa.text(FILL.format(source="positions")), {"layer": "positions"})
    op.execute(STARTS)
    places: Array = np.array(bind.execute(sa.text("SELECT DISTINCT ST_X(geom), ST_Y(geom) FROM begun")).all()).reshape(
        -1, 2
    )
    x, y = places.T.tolist()
    bind.execute(sa.text(CELLS), {"x": x, "y": y, "cell": cells_of(places[:, 1], places[:, 0], 4).tolist()})
    bind.execute(sa.text(FILL.format(source="begun")), {"layer": "track_segments"})


def downgrade() -> None:
    for table in ("firs", "tile_hours", "cell_aircraft", "cell_days"):
        op.drop_table(table)
    op.drop_index("cell_outlines_geom", "cell_outlines")
    op.drop_index("cells_hour", "cells")
    op.drop_column("cells", "seconds")
    op.execute("ALTER TABLE cells ALTER resolution DROP EXPRESSION")
    op.execute("DELETE FROM cells WHERE h3 NOT IN (SELECT h3 FROM cell_outlines)")
    op.add_column("cells", sa.Column("anomalies", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cells", sa.Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=False)))
    op.execute("UPDATE cells SET geom = outline.geom FROM cell_outlines AS outline WHERE outline.h3 = cells.h3")
    op.alter_column("cells", "geom", nullable=False)
    op.create_index("cells_geom", "cells", ["geom"], postgresql_using="gist")
