"""`skysift doctor`: each line is right about a healthy and about a broken machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from cli import doctor
from cli.database import DEMO
from cli.main import main
from store.cluster import Cluster
from store.migrate import upgrade


def test_a_healthy_machine(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_STATE", str(cluster.state_dir))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = CliRunner().invoke(main, ["doctor", "--json"])
    answer = json.loads(done.stdout)
    assert [c for c in answer["checks"] if c["state"] == "fail"] == []
    assert done.exit_code == 0
    assert next(c for c in answer["checks"] if c["name"] == "database")["found"].startswith("PostgreSQL")


def test_a_server_with_the_demo_alone_is_no_failure(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_STATE", str(cluster.state_dir))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(Cluster, "url", property(lambda own: own.url_of("not_made_yet")))
    cluster.psql(f"CREATE DATABASE {DEMO} TEMPLATE skysift")

    found = doctor.database()
    cluster.psql(f"DROP DATABASE {DEMO}")

    assert found.state == "ok"


def test_an_unreachable_database_fails_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 1
    assert "-> check DATABASE_URL" in done.stdout


def test_a_malformed_database_url_fails_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    assert doctor.database().state == "fail"


def test_a_stopped_private_database_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_STATE", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert doctor.database().state == "warn"


def test_missing_map_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.assets, "WEB", doctor.ROOT / "no-such-folder")
    found = doctor.web_files()
    assert (found.state, found.remedy) == ("fail", doctor.SET_UP)
    assert "vendor/maplibre-gl.mjs" in found.found


def test_feeds_are_read_from_the_database(cluster: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert doctor.feeds()[0].found == "none recorded yet"
    upgrade(database_url)
    health = '{"state": "ok", "rows": 40, "rejected": {"no time": 1200}}'
    cluster.psql(f"INSERT INTO feeds VALUES ('roof', '{health}', now())", database_url.split("/")[3].split("?")[0])
    assert [(c.name, c.state, c.found) for c in doctor.feeds()] == [
        ("feed roof", "warn", "ok, 40 rows; refused: 1,200 no time")
    ]


def test_packages_are_held_to_the_lock() -> None:
    assert doctor._mismatch(Requirement(f"click=={version('click')}")) == ""
    assert doctor._mismatch(Requirement("click==0.1")).endswith("locked ==0.1")
    assert doctor._mismatch(Requirement("no-such-package==1")) == "no-such-package is missing"
    assert len(list(doctor._pins(doctor.ROOT / "requirements.lock"))) > 30


@pytest.mark.parametrize(
    ("health", "state"),
    [
        ({"state": "ok", "rows": 1000, "rejected": {"lat out of range": 3}}, "ok"),
        ({"state": "ok", "rows": 10, "rejected": {"no time": 90}}, "warn"),
        ({"state": "down", "rows": 0}, "warn"),
        ({"state": "silent", "rows": 5, "live": True}, "warn"),
        ({"state": "silent", "rows": 0, "live": False}, "ok"),
    ],
)
def test_a_feed_shows_what_was_refused(health: dict[str, object], state: str) -> None:
    found = doctor._feed("home", health)
    assert found.state == state
    assert all(reason in found.found for reason in health.get("rejected", {}))  # type: ignore[attr-defined]


def test_a_feed_that_is_down_says_what_it_heard_last() -> None:
    found = doctor._feed("home", {"state": "down", "rows": 0, "last_error": "connection refused"})
    assert found.found.endswith("connection refused") and "address" in found.remedy


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """A server on loopback that says this to every question; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("body", "state"), [(b'{"status": "ok", "version": "0", "engine": {}}', "ok"), (b"{}", "warn"), (b"hello", "warn")]
)
def test_a_port_is_taken_by_us_or_by_another(body: bytes, state: str) -> None:
    with answering(body) as number:
        found = doctor.port(number)
    assert (found.state, bool(found.remedy)) == (state, state == "warn")
    assert doctor.port(number).found == "free"


def test_the_database_of_the_configuration_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.delenv("DATABASE_URL")
    config = tmp_path / "skysift.toml"
    config.write_text('[database]\nurl = "postgresql://127.0.0.1:1/none"\n')

    done = CliRunner().invoke(main, ["doctor", "--config", str(config), "--json"])

    (database,) = [one for one in json.loads(done.stdout)["checks"] if one["name"] == "database"]
    assert (database["state"], database["remedy"]) == ("fail", "check DATABASE_URL")
