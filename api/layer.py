"""Features as a table: which columns a collection's features have, and GeoJSON texts as Arrow batches of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.collections import Collection, Property
from api.crs import SYSTEMS, System

Feature = Mapping[str, Any]


@dataclass(frozen=True)
class Layer:
    """What is written: a collection's features with these properties (None: all) in this reference system."""

    collection: Collection
    names: Sequence[str] | None = None
    system: System = SYSTEMS[0]

    @property
    def columns(self) -> Sequence[Property]:
        """The properties, in the collection's order."""
        return [one for one in self.collection.properties if self.names is None or one.name in self.names]

    def schema(self) -> Any:
        """Arrow: the id, the properties, the geometry as WKB."""
        import pyarrow as pa

        kinds = {
            "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "date-time": pa.timestamp("ms", "UTC")
        }  # fmt: skip
        own = [pa.field(one.name, kinds.get(one.kind, pa.string())) for one in self.columns]
        shape = pa.field("geometry", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
        return pa.schema([pa.field("id", pa.string()), *own, shape])

    def batch(self, texts: Sequence[str]) -> Any:
        """GeoJSON features as one Arrow batch."""
        import pyarrow as pa
        import shapely

        features, schema = list(map(parsed, texts)), self.schema()
        arrays = [pa.array([str(one["id"]) for one in features], pa.string())]
        for column in self.columns:
            values = [flat(one["properties"].get(column.name)) for one in features]
            wanted = schema.field(column.name).type
            moments = pa.types.is_timestamp(wanted)
            arrays.append(pa.array(values, pa.string()).cast(wanted) if moments else pa.array(values, wanted))
        shapes = shapely.from_geojson([one["geometry"] and orjson.dumps(one["geometry"]) for one in features])
        arrays.append(pa.array(list(shapely.to_wkb(shapes, flavor="iso")), pa.binary()))
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def parsed(text: str) -> Feature:
    """A feature's text as values."""
    found: Feature = orjson.loads(text)
    return found


def flat(value: Any) -> Any:
    """Lists and objects as JSON text: tables have no place for them."""
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value
