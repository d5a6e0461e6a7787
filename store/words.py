"""Words that tables and those who read them share; apart from the tables, which bring a large library with them."""

from __future__ import annotations

ROLES = ("viewer", "analyst", "ingest", "admin")
"""Of accounts."""

STATUSES = ("new", "seen", "confirmed", "dismissed", "resolved")
"""What people say of incidents and anomalies."""
