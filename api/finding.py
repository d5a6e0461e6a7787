"""A collection by the id in the path."""

from __future__ import annotations

from collections.abc import Mapping

from api.collections import Collection
from api.problems import Problem
from api.replies import AnyRequest


def find(request: AnyRequest, collection_id: str) -> Collection:
    """The collection of this id. Raises Problem 404."""
    found: Mapping[str, Collection] = request.app.state.collections
    if collection_id not in found:
        raise Problem(
            404, f"there is no collection {collection_id[:60]!r}; GET /collections lists them", "collectionId"
        )
    return found[collection_id]
