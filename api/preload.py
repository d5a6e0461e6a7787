"""The HTML of a page in; the same out, with a link for every module below its scripts, so that all load at once.

What the first script needs comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

STATIC = "/static/"
_SCRIPT = re.compile(r'<script type="module" src="/static/([\w./-]+)">')
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
    links = "".join(f'<link rel="modulepreload" href="{STATIC}{name}">\n' for name in names if name not in own)
    first = scripts[0].start()
    return f"{html[:first]}{links}{html[first:]}".encode()


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
