"""Settings in, the web application out: the only place where the API's pieces meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api import (
    alert_stream,
    alerts,
    areas,
    backtest,
    classes,
    deliveries,
    destinations,
    drift,
    export,
    forecast,
    health,
    hotspots,
    ignores,
    incident_stream,
    incidents,
    ingest,
    items,
    keys,
    kpis,
    landing,
    login,
    metrics,
    moving,
    people,
    posted,
    review,
    schemas,
    scoring,
    sessions,
    sharing,
    static,
    statistics,
    status,
    stream,
    subscriptions,
    tiles,
)
from api.catalogue import collections
from api.changes import Changes
from api.extents import Extents
from api.guard import Access, guard, keep_private
from api.hub import Hub
from api.middleware import add_headers, end_with_client
from api.near import Indexed, large_at_once
from api.problem_pages import handlers
from api.refusals import Unknown, refused
from api.regions import Regions
from api.requests import Requests
from api.routes import check_query
from api.settings import Settings
from api.tile_cache import Crowds, TileCache
from detectors._registry import registry
from pipeline.ending import ended
from store.connect import CUSTOM, GENERIC, open_pool

ROUTES = [
    landing.show_landing,
    landing.show_conformance,
    landing.show_openapi,
    items.list_collections,
    items.show_collection,
    items.show_items,
    posted.ask_items,
    ingest.ingest,
    sessions.show_sessions,
    sessions.show_anomalies,
    items.show_feature,
    export.show_export,
    moving.show_flights,
    moving.show_flight,
    tiles.list_matrix_sets,
    tiles.show_matrix_set,
    tiles.list_tilesets,
    tiles.show_tileset,
    tiles.show_tile,
    tiles.show_xyz,
    tiles.show_metadata,
    tiles.show_style,
    schemas.show_queryables,
    schemas.show_sortables,
    schemas.show_schema,
    classes.show_classes,
    health.show_health,
    health.show_ready,
    metrics.show_metrics,
    status.show_feeds,
    status.show_stats,
    statistics.show_statistics,
    hotspots.show_hotspots,
    forecast.show_forecast,
    drift.show_drift,
    kpis.show_kpis,
    stream.show_stream,
    destinations.list_kinds,
    destinations.list_destinations,
    destinations.show_destination,
    destinations.add_destination,
    destinations.change_destination,
    destinations.remove_destination,
    destinations.pause_destination,
    destinations.resume_destination,
    deliveries.list_deliveries,
    deliveries.replay_delivery,
    deliveries.test_destination,
    deliveries.test_subscription,
    alerts.list_alerts,
    alerts.show_atom,
    alert_stream.show_alert_stream,
    alert_stream.show_alert_socket,
    incident_stream.show_incident_stream,
    incident_stream.show_incident_socket,
    login.show_login,
    login.show_account,
    login.log_in,
    login.log_in_to_demo,
    login.log_out,
    login.show_me,
    login.change_password,
    keys.list_keys,
    keys.make_key,
    keys.revoke_key,
    people.list_accounts,
    people.add_account,
    people.change_account,
    people.remove_account,
    people.make_link,
    people.show_audit,
    areas.list_areas,
    areas.add_area,
    areas.show_area,
    areas.change_area,
    areas.remove_area,
    subscriptions.list_triggers,
    subscriptions.list_subscriptions,
    subscriptions.add_subscription,
    subscriptions.show_subscription,
    subscriptions.change_subscription,
    subscriptions.remove_subscription,
    subscriptions.pause_subscription,
    subscriptions.resume_subscription,
    subscriptions.mute_subscription,
    ignores.list_ignores,
    ignores.add_ignore,
    ignores.remove_ignore,
    sharing.export_sharing,
    sharing.import_sharing,
    backtest.show_backtest,
    incidents.show_incident,
    incidents.assign_incident,
    incidents.list_queues,
    review.review_incident,
    review.review_anomaly,
    review.list_reviews,
    review.show_precision,
    review.show_proposals,
    review.list_rules,
    review.accept_rule,
    review.take_back_rule,
    scoring.score_point,
    scoring.score_flight_state,
    static.show_file,
]

CORS = CORSConfig(
    allow_origins=["*"],
    allow_methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"],
    allow_headers=["authorization", "content-type", "if-none-match", "if-modified-since", "last-event-id"],
    expose_headers=["etag", "link", "content-crs", "ogc-numberreturned", "ogc-numbermatched"],
    max_age=86_400,
)


def create_app(settings: Settings) -> Litestar:
    """The application. The database is connected when it starts, not here."""
    known = registry()
    parts = {"settings": settings, "hub": Hub(settings), "classes": known, "collections": collections(known)}
    parts |= {
        "tiles": TileCache(),
        "crowds": Crowds(),
        "changes": Changes(),
        "regions": Regions(),
        "indexed": Indexed(),
    }
    requests = Requests()
    parts |= {"extents": Extents(), "access": Access(), "requests": requests, "slow": metrics.Slow()}
    parts["scoring"] = scoring.Scoring(settings)
    parts["large"] = large_at_once(settings.pool_size)
    parts["posted"] = posted.at_once(settings.pool_size)
    parts["exports"] = asyncio.Semaphore(max(1, settings.pool_size // 4))
    return Litestar(
        ROUTES,
        state=State(parts),
        lifespan=[_database],
        guards=[guard],
        before_request=check_query,
        before_send=[add_headers, keep_private],
        middleware=[requests.around, _of_requests],
        exception_handlers={**handlers(), Unknown: refused},
        cors_config=CORS,
        openapi_config=None,
        logging_config=None,
    )


def _of_requests(app: ASGIApp) -> ASGIApp:
    """Requests end with their client; a WebSocket hears of that by itself."""
    ended = end_with_client(app)

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        await (app if scope["type"] == ScopeType.WEBSOCKET else ended)(scope, receive, send)

    return run


@asynccontextmanager
async def _database(app: Litestar) -> AsyncIterator[None]:
    """Pool and hub, for as long as the application runs."""
    settings: Settings = app.state.settings
    asked = settings.database_url, settings.pool_size, settings.statement_timeout_s
    app.state.pool = await open_pool(*asked, plans=CUSTOM)
    app.state.steady = await open_pool(*asked, plans=GENERIC)
    listening = asyncio.create_task(app.state.hub.run())
    try:
        yield
    finally:
        app.state.hub.close()
        await app.state.scoring.keep()
        await ended(listening)
        await app.state.pool.close()
        await app.state.steady.close()
