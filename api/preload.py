"""The HTML of a page in; the same out, with a link for every module below its scripts, so that all load at once.

What the first script needs comes first. Below a script that is linked as `later`, or as `last`, modules are named the
same way, with links that do nothing until the page itself gives them their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

STATIC = "/static/"
_SCRIPT = re.compile(r'<script type="module"(?: async)? src="/static/([\w./-]+)">')
_LATER = re.compile(r'<link rel="(later|last)" href="/static/([\w./-]+\.js)">\n?')
_IMPORT = re.compile(r"""^(?:import|export)\b[^;'"]*['"](\.{1,2}/[\w./-]+\.m?js)['"]""", re.MULTILINE)


def with_preloads(web: Path, content: bytes) -> bytes:
    """Without these links a browser learns of a module only when it has read the one that imports it."""
    html = content.decode()
    scripts = list(_SCRIPT.finditer(html))
    if not scripts:
        return content
    changed = max((path.stat().st_mtime_ns for path in (web / "js").rglob("*.js")), default=0)
    names = dict.fromkeys(name for script in scripts for name in _below(web, script[1], changed))
    own = {script[1] for script in scripts}
    first = scripts[-1].start()
    links = _links("modulepreload", [name for name in names if name not in own])
    rest = _LATER.sub(lambda found: _later(web, found[1], found[2], names, changed), html[first:])
    return f"{html[:first]}{links}{rest}".encode()


def _later(web: Path, rel: str, script: str, named: dict[str, None], changed: int) -> str:
    """Links to the script and what is below it, but for what is `named` already; then they are, too."""
    names = [one for one in (script, *_below(web, script, changed)) if one not in named]
    named.update(dict.fromkeys(names))
    return _links(rel, names)


def _links(rel: str, names: Iterable[str]) -> str:
    return "".join(f'<link rel="{rel}" href="{STATIC}{name}">\n' for name in names)


@lru_cache(maxsize=8)
def _below(web: Path, script: str, changed: int) -> tuple[str, ...]:
    """What that script imports, and what that imports, each once; `changed` makes edited modules be read again."""
    known, waiting = {script}, [script]
    while waiting:
        found = [name for name in _imports(web, waiting.pop()) if name not in known]
        known.update(found)
        waiting += found
    return tuple(sorted(known - {script}))


def _imports(web: Path, name: str) -> Iterator[str]:
    path = web / name
    for found in _IMPORT.findall(path.read_text()):
        target = (path.parent / found).resolve()
        if target.is_file() and target.is_relative_to(web.resolve()):
            yield target.relative_to(web.resolve()).as_posix()
