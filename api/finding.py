"""A collection by the id in the path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from api.caller import ADMIN, caller
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
    one, who = found[collection_id], caller(request)
    return _seen_by(one, who.account) if one.owned and not who.may(ADMIN) else one


@lru_cache(1_000)
def _seen_by(collection: Collection, account: int | None) -> Collection:
    """What an account sees of it: the same collection for the same account, so that what is kept about one is found."""
    mine = ("(shared OR owner = {})", account, "bigint")
    return replace(collection, fixed=[*collection.fixed, mine])
