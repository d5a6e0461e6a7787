"""`skysift fetch`: a service's past into a folder, from an address or a feed of the configuration, and its errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.fetch import command
from cli.ui import INPUT, USAGE
from tests.feeds.receiver import Answer
from tests.feeds.service import serving
from tests.feeds.test_fetching import BEGIN, states


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


SPAN = ("--from", "2023-11-14T22:13:20", "--to", "2023-11-14T22:13:30Z")


def test_a_feed_of_the_configuration_lends_its_keys(tmp_path: Path) -> None:
    with serving([states(BEGIN)], guarded=True) as served:
        file = tmp_path / "skysift.toml"
        file.write_text(
            f'[[feeds]]\naddress = "opensky://45,5,47,10"\nname = "alps"\nbase = "{served.base}"\n'
            f'auth = "{served.base}/token"\nsecrets = {{ OPENSKY_CLIENT_ID = "a", OPENSKY_CLIENT_SECRET = "b" }}\n'
        )
        done = run("alps", *SPAN, "-o", tmp_path / "out", "--config", file, "--json")

    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["counts"]["fetched"] == 1
    assert len(list((tmp_path / "out").glob("opensky_*.json"))) == 1


def test_what_stopped_it_is_said_and_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FR24_API_TOKEN", "token")
    with serving([Answer(status=402)]) as served:
        span = ("--from", "2023-11-14", "--to", "2023-11-15")
        done = run(f"fr24://45,5,47,10#base={served.base}", *span, "-o", tmp_path / "out")

    assert done.exit_code == INPUT
    assert "HTTP 402" in str(done.exception) + done.output
    assert "token" not in done.output


@pytest.mark.parametrize(
    ("start", "end", "why"), [("yesterday", "2023-11-15", "is no time"), ("2023-11-15", "2023-11-15", "later than")]
)
def test_a_span_that_is_none(tmp_path: Path, start: str, end: str, why: str) -> None:
    done = run("opensky://45,5,47,10", "--from", start, "--to", end, "-o", tmp_path)

    assert done.exit_code == USAGE
    assert why in str(done.exception) + done.output
