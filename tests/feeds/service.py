"""A public service on this machine: tokens, limits, and whatever misbehaviour a test lays out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.feeds.receiver import Answer, Giving, running


@dataclass
class Served:
    """The service's address, what it was asked, and the tokens it gave out; `good` are those that it takes."""

    base: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    lasts_s: float = 1800.0
    token_answer: Answer | None = None


@contextmanager
def serving(answers: Sequence[Answer], guarded: bool = False, **options: Any) -> Iterator[Served]:
    """Each request gets the next answer, the last one again and again; guarded, only with a token that is good."""
    out, left, last = Served(**options), iter(answers), answers[-1]

    class Handler(Giving):
        def do_GET(self) -> None:
            out.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self.give(Answer(status=401) if guarded and token not in out.good else next(left, last))

        def do_POST(self) -> None:
            out.forms.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            token = f"token-{len(out.forms)}"
            out.good.add(token)
            body = json.dumps({"access_token": token, "expires_in": out.lasts_s, "token_type": "Bearer"}).encode()
            self.give(out.token_answer or Answer(body))

    with running(Handler) as base:
        out.base = f"{base}/api"
        yield out
