"""The collection of sessions: from an aircraft's first message until it has been silent for ten minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api import filters
from api.address_property import ADDRESS
from api.collections import Collection, Filter, Property
from api.filters import choice
from api.identity import ICAO24, ID, address, no_such, timed_id
from api.problems import Problem

GAP_S = 600
"""A session is closed after so long a silence, in data time (max_session_gap_seconds, F023)."""

_NOW = "(SELECT to_timestamp(value::text::float8 / 1000) FROM meta WHERE key = 'data_time')"
_STATE = f"CASE WHEN last_seen >= {_NOW} - interval '{GAP_S} s' THEN 'open' ELSE 'closed' END"

TIERS: Mapping[str, tuple[str, str]] = {
    "tier_temporal": ("message_count >= 3", "times of messages: three at least"),
    "tier_signal": ("has_signal", "signal strength"),
    "tier_identity": (f"{ICAO24} IS NOT NULL", "who it says it is: its address, and a callsign where it sends one"),
    "tier_behavioral": ("has_position OR has_altitude", "how it flies: positions or heights"),
}
"""Of each tier of the first requirements: when it can judge a session, in SQL, and what it judges by."""


def _id(text: str) -> Sequence[Any]:
    own, moment = timed_id(text, r"([~x]?[0-9a-f]{6,10})")
    try:
        return [address(own), moment]
    except Problem:
        raise no_such(text) from None


_STATES = ("open", "closed")
STATE = Filter(
    "state", filters.listed(_STATES), "Only open or closed ones", choice("state", _STATES), "text[]",
    f"({_STATE}) = ANY({{}})",
)  # fmt: skip

SESSIONS = Collection(
    "sessions", "Sessions", "How long each aircraft was heard without a silence of ten minutes, and what it offered",
    "sessions", key=[("first_seen", "timestamptz"), ("icao24", "bigint")], newest_first=True,
    identify=_id, identity=[("icao24", "bigint"), ("first_seen", "timestamptz")],
    feature_id=f"concat({ID}, '-', round(extract(epoch FROM first_seen) * 1000)::bigint)",
    properties=(
        ADDRESS,
        Property("callsign", "string", "Last callsign"),
        Property("first_seen", "date-time", "First message"),
        Property("last_seen", "date-time", "Last message"),
        Property("message_count", "integer", "Observations"),
        Property("state", "string", "open, or closed after ten minutes of silence", sql=_STATE, allowed=_STATES),
        *(
            Property(f"has_{what}", "boolean", f"Whether it ever sent {words}")
            for what, words in (("position", "a position"), ("altitude", "a height"), ("callsign", "a callsign"),
                                ("signal", "with a signal strength"))
        ),
        *(Property(n, "boolean", f"Whether it can be judged by {w}", sql=f"({sql})") for n, (sql, w) in TIERS.items()),
        Property("altitude", "number", "Last pressure altitude", "ft", cast="real"),
        Property("speed", "number", "Last speed over ground", "kt", cast="real"),
        Property("rssi", "number", "Last signal strength", "dBFS", cast="real"),
    ),
    geometry="Point", time=("first_seen", "last_seen"), filters=(filters.ICAO24, STATE),
)  # fmt: skip
