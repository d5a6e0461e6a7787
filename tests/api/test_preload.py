"""The links to modules that a page's HTML is given."""

from __future__ import annotations

from pathlib import Path

from api.preload import with_preloads

PAGE = b'<head>\n<script type="module" src="/static/js/main.js"></script>\n</head>'


def a_page(web: Path, **files: str) -> str:
    (web / "js").mkdir()
    for name, text in files.items():
        (web / "js" / f"{name}.js").write_text(text)
    return with_preloads(web, PAGE).decode()


def test_every_module_is_named_once_however_deep_it_is_imported(tmp_path: Path) -> None:
    html = a_page(
        tmp_path, main="import { a } from './one.js';\nimport {\n  b,\n} from './two.js';\nimport 'maplibre-gl';",
        one="export { c } from './two.js';", two="import './main.js';",
    )  # fmt: skip
    links = [line for line in html.splitlines() if "modulepreload" in line]
    assert links == [f'<link rel="modulepreload" href="/static/js/{name}.js">' for name in ("one", "two")]
    assert html.index("modulepreload") < html.index("<script")


def test_what_the_first_of_two_scripts_needs_is_named_first(tmp_path: Path) -> None:
    both = b'<script type="module" src="/static/js/zero.js"></script>\n' + PAGE
    main = "import './zero.js';\nimport './all.js';\nimport './map.js';"
    a_page(tmp_path, main=main, zero="import './map.js';", map="", all="")
    links = [line for line in with_preloads(tmp_path, both).decode().splitlines() if "modulepreload" in line]
    assert links == [f'<link rel="modulepreload" href="/static/js/{name}.js">' for name in ("map", "all")]


def test_what_comes_later_is_named_too_but_not_loaded(tmp_path: Path) -> None:
    links = [f'<link rel="{rel}" href="/static/js/{name}.js">\n' for rel, name in (("later", "more"), ("last", "rest"))]
    files = {"one": "", "two": "", "three": "", "more": "import './one.js';\nimport './two.js';"}
    a_page(tmp_path, main="import './one.js';", rest="import './two.js';\nimport './three.js';", **files)
    html = with_preloads(tmp_path, PAGE + "\n".join(["", *links]).encode()).decode()
    assert [line for line in html.splitlines() if "rel=\"la" in line] == [
        f'<link rel="{rel}" href="/static/js/{name}.js">'
        for rel, name in (("later", "more"), ("later", "two"), ("last", "rest"), ("last", "three"))
    ]  # fmt: skip


def test_what_is_not_there_or_outside_is_not_named(tmp_path: Path) -> None:
    html = a_page(tmp_path, main="import './gone.js';\nimport '../../outside.js';\nconst text = 'import';")
    assert html == PAGE.decode()


def test_a_page_without_modules_stays_as_it_is(tmp_path: Path) -> None:
    assert with_preloads(tmp_path, b"<p>nothing</p>") == b"<p>nothing</p>"
