"""What the declarations of tables are made of: one metadata, times in UTC, geometry in WGS84."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Column, MetaData
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata = MetaData()

TIME = TIMESTAMP(timezone=True)


def geom(kind: str = "POINT", dimension: int = 2, **options: Any) -> Column[Any]:
    """A geometry column `geom`; its index is declared apart, because the open partition must not have one."""
    return Column("geom", Geometry(kind, srid=4326, dimension=dimension, spatial_index=False), **options)
