"""How high the features of each collection lie: SQL that holds where they meet the heights of a box of six numbers.

Such a box speaks of metres above the WGS 84 ellipsoid (CRS84h). Where nothing measured by satellite is stored,
pressure altitude stands in for it. A feature of unknown height lies in no such box.
"""

from __future__ import annotations

FOOT_M = 0.3048

KNOWN = "aircraft, positions, tracks, airports, zones and all collections of anomalies"
"""Those that declare heights, for the refusal by those that do not."""

STATE = f"coalesce(geo_altitude, baro_altitude) * {FOOT_M} BETWEEN {{low}} AND {{high}}"
"""By satellite where an aircraft sends that, else by its altimeter."""

# Exact: a straight piece cut to the area is a straight piece, whose heights reach from the one end to the other.
# Z is 0 where it is unknown, and a piece with such an end says nothing.
WAY = """EXISTS (
  SELECT FROM ST_DumpSegments(geom) AS piece, ST_Intersection(ST_Force3DZ(piece.geom), {area}) AS inside
  WHERE ST_Intersects(piece.geom, {area})
    AND ST_Z(ST_StartPoint(piece.geom)) <> 0 AND ST_Z(ST_EndPoint(piece.geom)) <> 0
    AND ST_ZMin(inside) <= {high} AND ST_ZMax(inside) >= {low}
)"""
"""Of a line, what lies within the area on the map counts, not the whole."""

LIMITS = f"""(coalesce(CASE WHEN floor_ref IS DISTINCT FROM 'SFC' THEN floor_ft END, '-Infinity') * {FOOT_M} <= {{high}}
  AND coalesce(ceiling_ft, 'Infinity') * {FOOT_M} >= {{low}})"""
"""Of a zone that reaches from floor to ceiling; from the ground and without end where it has none."""

ELEVATION = f"elevation_ft * {FOOT_M} BETWEEN {{low}} AND {{high}}"

SAMPLES = f"""(
  SELECT min(feet) * {FOOT_M} <= {{high}} AND max(feet) * {FOOT_M} >= {{low}} FROM (
    SELECT coalesce(sample ->> 'geo_altitude', sample ->> 'baro_altitude')::float8 AS feet
    FROM jsonb_path_query(feature::jsonb, '$.properties.evidence.samples[*]') AS sample
  ) AS samples
)"""
"""Of an anomaly, from the lowest to the highest of the observations that it stands on."""
