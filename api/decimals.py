"""The first features of a page, in which a number that may have decimals is written with one: 0.0, not 0.

GDAL and QGIS guess a column's type from the first features, ten or twenty of them, and take what begins with whole
numbers for a column of those: of a share of 0.5 they made 1 or nothing at all.
"""

from __future__ import annotations

import re
from functools import lru_cache

from api.collections import Collection

LOOKED_AT = 20
_NEXT = b',{"type":"Feature"'
_MOST = 1 << 17
"""Bytes that are looked at: whatever is longer than that is left as it is."""


@lru_cache(500)
def _whole(collection: Collection) -> re.Pattern[bytes] | None:
    names = [one.name for one in collection.properties if one.kind == "number"]
    return re.compile(f'"(?:{"|".join(names)})":-?[0-9]+(?=[,}}])'.encode()) if names else None


def first_ones(collection: Collection, features: memoryview) -> tuple[bytes, int]:
    """The first features of a page, and how many bytes of it they take the place of."""
    whole = _whole(collection)
    if whole is None:
        return b"", 0
    seen, end = bytes(features[:_MOST]), 0
    for _ in range(LOOKED_AT):
        further = seen.find(_NEXT, end + 1)
        if further < 0:
            end = end if len(features) > _MOST else len(seen)
            break
        end = further
    return whole.sub(lambda found: found[0] + b".0", seen[:end]), end
