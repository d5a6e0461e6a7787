"""Tables of those who watch: who they are, their areas and subscriptions, what they are told, incidents and reviews."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL

from geo.incident import BANDS, STATES
from store.schema_parts import TIME, geom, metadata
from store.words import ROLES, STATUSES

alert_seq = Sequence("alert_seq", metadata=metadata)
incident_seq = Sequence("incident_seq", metadata=metadata)


def number() -> Column[Any]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def of(table: str, name: str | None = None, **options: Any) -> Column[Any]:
    """A reference that goes with what it refers to."""
    key = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(name or table.removesuffix("s"), BigInteger, key, **{"nullable": False} | options)


def flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def json(name: str, default: str = "{}") -> Column[Any]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{default}'::jsonb"))


def stamp(name: str) -> Column[Any]:
    """When the row was written, by the database's clock."""
    return Column(name, TIME, nullable=False, server_default=text("now()"))


def one_of(column: str, values: tuple[str, ...], table: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(map(repr, values))})", name=f"{table}_{column}")


accounts = Table(
    "accounts",
    metadata,
    number(),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password", Text),
    stamp("created"),
    flag("disabled"),
    one_of("role", ROLES, "accounts"),
)
"""People and programs. `password` is a scrypt hash with its salt and cost, NULL for who has none."""

credentials = Table(
    "credentials",
    metadata,
    number(),
    of("accounts"),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    stamp("created"),
    Column("expires", TIME),
    Column("used", TIME),
    one_of("kind", ("key", "session", "link"), "credentials"),
    one_of("role", ROLES, "credentials"),
    Index("credentials_account", "account"),
)
"""API keys, logins of the page and links that work once: of their secrets only the SHA-256 is kept."""

areas = Table(
    "areas",
    metadata,
    number(),
    of("accounts", "owner"),
    Column("name", Text, nullable=False),
    geom("MULTIPOLYGON", nullable=False),
    Column("floor_ft", REAL),
    Column("ceiling_ft", REAL),
    json("active"),
    json("source"),
    flag("shared"),
    Column("began", TIME),
    stamp("created"),
    stamp("changed"),
    Index("areas_geom", "geom", postgresql_using="gist"),
    Index("areas_owner", "owner"),
)
"""Areas of interest. `active`: periods, weekly hours and their time zone; `source`: what it was drawn as;
`began`: the data time since which it lies where it lies, NULL where that was always."""

destinations = Table(
    "destinations",
    metadata,
    number(),
    of("accounts", "owner"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    json("options"),
    flag("paused"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_sent", TIME),
    Column("last_failed", TIME),
    Column("last_error", Text),
    stamp("created"),
    Index("destinations_owner", "owner"),
)
"""Where alerts go. `secret` holds address and passwords, encrypted; `shown` is what of it may be read again."""

subscriptions = Table(
    "subscriptions",
    metadata,
    number(),
    of("accounts", "owner"),
    Column("name", Text, nullable=False),
    of("areas", nullable=True),
    Column("trigger", Text, nullable=False),
    Column("minutes", REAL),
    Column("classes", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("confidence", REAL, nullable=False, server_default="0"),
    Column("priority", SmallInteger, nullable=False, server_default="1"),
    json("fleet"),
    json("delivery"),
    flag("paused"),
    Column("mute_until", TIME),
    Column("began", TIME),
    stamp("created"),
    stamp("changed"),
    CheckConstraint("priority BETWEEN 1 AND 4", name="subscriptions_priority"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="subscriptions_confidence"),
    Index("subscriptions_owner", "owner"),
    Index("subscriptions_area", "area"),
)
"""An area joined with what somebody wants to be told. `delivery`: budget an hour, quiet hours, minutes of a digest.
Without an area: what the service says about itself."""

subscription_destinations = Table(
    "subscription_destinations",
    metadata,
    of("subscriptions", primary_key=True),
    of("destinations", primary_key=True),
    Index("subscription_destinations_destination", "destination"),
)

ignores = Table(
    "ignores",
    metadata,
    number(),
    of("accounts", "owner"),
    Column("kind", Text, nullable=False),
    Column("value", Text),
    of("areas", nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    Column("until", TIME),
    flag("everyone"),
    stamp("created"),
    one_of("kind", ("aircraft", "callsign", "area"), "ignores"),
    Index("ignores_owner", "owner"),
)
"""What is known and shall stay quiet: an address, a pattern of callsigns, an area; of one's own or for everyone."""

alerts = Table(
    "alerts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False, server_default=text("nextval('alert_seq')")),
    of("subscriptions", nullable=True),
    Column("trigger", Text, nullable=False),
    Column("time", TIME, nullable=False),
    stamp("created"),
    Column("icao24", BigInteger),
    Column("callsign", Text),
    Column("anomaly", Text),
    Column("incident", Text),
    Column("confidence", REAL),
    Column("priority", SmallInteger),
    geom("POINT"),
    Column("feature", Text, nullable=False),
    Index("alerts_seq", "seq", unique=True),
    Index("alerts_subscription", "subscription", "seq"),
    Index("alerts_time", "time"),
)
"""What a subscription was told, once: the key follows from the data. `seq` is the readers' cursor. Tests of a
destination have no subscription; `test`, `digest` and `held-back` are messages about alerts, and none themselves."""

deliveries = Table(
    "deliveries",
    metadata,
    number(),
    Column("alert", Text, ForeignKey("alerts.key", ondelete="CASCADE"), nullable=False),
    of("destinations"),
    Column("state", Text, nullable=False, server_default="due"),
    Column("due", TIME, nullable=False, server_default=text("now()")),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("status", Text),
    Column("sent", TIME),
    Column("latency_ms", Integer),
    stamp("created"),
    UniqueConstraint("alert", "destination", name="deliveries_once"),
    one_of("state", ("due", "sent", "held", "told", "dead"), "deliveries"),
    Index("deliveries_due", "destination", "id", postgresql_where=text("state = 'due'")),
    Index("deliveries_held", "destination", postgresql_where=text("state = 'held'")),
    Index("deliveries_tests", "id", postgresql_where=text("state = 'due' AND alert LIKE 'test-%'")),
    Index("deliveries_sent", "sent", postgresql_where=text("sent IS NOT NULL")),
    Index("deliveries_destination", "destination", "id"),
)
"""The outbox: written in the transaction that writes the alert. `held`: kept back by budget, hours or a digest until
`due`, `status` says by which; `told`: in a message with others, which `status` then names."""

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False, server_default=text("nextval('incident_seq')")),
    Column("start_time", TIME, nullable=False),
    Column("end_time", TIME, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("band", Text, nullable=False),
    Column("classes", ARRAY(Text), nullable=False),
    geom("GEOMETRY"),
    Column("feature", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="new"),
    Column("queue", Text),
    one_of("state", STATES, "incidents"),
    one_of("band", BANDS, "incidents"),
    one_of("status", STATUSES, "incidents"),
    Index("incidents_geom", "geom", postgresql_using="gist"),
    Index("incidents_seq", "seq", unique=True),
    Index("incidents_start", "start_time", "id"),
    Index("incidents_end", "end_time"),
)
"""Anomalies that belong together. `band` says who looks at it first; `status` is what people say of it."""

incident_anomalies = Table(
    "incident_anomalies",
    metadata,
    Column("anomaly", Text, primary_key=True),
    Column("incident", Text, nullable=False),
    Index("incident_anomalies_incident", "incident"),
)

reviews = Table(
    "reviews",
    metadata,
    number(),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("account", BigInteger, ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("who", Text, nullable=False),
    stamp("at"),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    one_of("kind", ("incident", "anomaly"), "reviews"),
    one_of("status", STATUSES, "reviews"),
    Index("reviews_subject", "kind", "subject", "id"),
)
"""What people said of incidents and anomalies; the newest row counts."""

rules = Table(
    "rules",
    metadata,
    number(),
    Column("class", Text, nullable=False),
    of("areas", nullable=True),
    Column("confidence", REAL, nullable=False),
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
    stamp("at"),
    Column("ended", TIME),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="rules_confidence"),
    Index("rules_class", "class"),
)
"""Accepted proposals: of a class, everywhere or in an area, what is less sure than this waits for a review."""

audit = Table(
    "audit",
    metadata,
    number(),
    stamp("at"),
    Column("account", BigInteger, ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    json("detail"),
    Index("audit_at", "at"),
)
"""Who changed what, and when. Never a secret in it."""

TABLES = (
    accounts, credentials, areas, destinations, subscriptions, subscription_destinations, ignores, alerts, deliveries,
    incidents, incident_anomalies, reviews, rules, audit,
)  # fmt: skip
"""In an order in which they can be created."""
