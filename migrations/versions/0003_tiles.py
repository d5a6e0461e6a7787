"""Where an anomaly lies on the map's grid of tiles, so that counts for small scales are read from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Web Mercator at zoom 21, bits of column and row taken in turns (Morton): a tile of any zoom is one range of codes.
# Of a line or an area the middle of its box counts; of what is cut at the antimeridian, that of its first part.
FUNCTION = """
CREATE FUNCTION tile_code(shape geometry) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_catalog AS $$
DECLARE
  part geometry := CASE WHEN ST_Dimension(shape) = 0 THEN shape ELSE ST_GeometryN(shape, 1) END;
  lon float8 := (ST_XMin(part) + ST_XMax(part)) / 2;
  lat float8 := (ST_YMin(part) + ST_YMax(part)) / 2;
  x bigint;
  y bigint;
BEGIN
  IF lon IS NULL OR abs(lat) > 85.051128 THEN
    RETURN NULL;
  END IF;
  x := greatest(0, least(2097151, floor((lon + 180) / 360 * 2097152)));
  y := greatest(0, least(2097151, floor((0.5 - asinh(tan(radians(lat))) / (2 * pi())) * 2097152)));
  x := (x | (x << 16)) & 281470681808895;
  x := (x | (x << 8)) & 71777214294589695;
  x := (x | (x << 4)) & 1085102592571150095;
  x := (x | (x << 2)) & 3689348814741910323;
  x := (x | (x << 1)) & 6148914691236517205;
  y := (y | (y << 16)) & 281470681808895;
  y := (y | (y << 8)) & 71777214294589695;
  y := (y | (y << 4)) & 1085102592571150095;
  y := (y | (y << 2)) & 3689348814741910323;
  y := (y | (y << 1)) & 6148914691236517205;
  RETURN x | (y << 1);
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute("ALTER TABLE anomalies ADD COLUMN tile bigint GENERATED ALWAYS AS (tile_code(geom)) STORED")
    op.execute(
        "CREATE INDEX anomalies_tile ON anomalies (tile) "
        "INCLUDE (priority, confidence, state, class, start_time, end_time)"
    )


def downgrade() -> None:
    op.drop_index("anomalies_tile", "anomalies")
    op.drop_column("anomalies", "tile")
    op.execute("DROP FUNCTION tile_code(geometry)")
