"""node_modules -> web/vendor and web/fonts: the files that the page loads, no more. Run as `python -m web.assets`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WEB = Path(__file__).resolve().parent
NODE_MODULES = WEB.parent / "node_modules"

VENDOR = (
    "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-shared.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css",
    "terra-draw/dist/terra-draw.modern.js",
    "terra-draw-maplibre-gl-adapter/dist/terra-draw-maplibre-gl-adapter.modern.js",
    "uplot/dist/uPlot.esm.js",
    "uplot/dist/uPlot.min.css",
)
"""Plain ES modules, loaded through an import map. MapLibre finds its worker beside itself."""

LICENCES = ("maplibre-gl/LICENSE.txt", "uplot/LICENSE", "@fontsource/inter/LICENSE")
"""Served next to the files, as their licences ask."""

SUBSETS = ("latin", "latin-ext", "cyrillic", "greek")
WEIGHTS = (400, 500, 600)
FONTS = tuple(f"@fontsource/inter/files/inter-{s}-{w}-normal.woff2" for s in SUBSETS for w in WEIGHTS)


class MissingAsset(Exception):
    """A file that set-up should have brought is not there."""


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A new empty folder that takes the place of `folder` when the block ends well: never half of one."""
    fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    yield fresh
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """Raises MissingAsset when npm has not brought the file."""
    if not source.is_file():
        raise MissingAsset(f"{source} is missing: delete node_modules and run ./run --setup-only again")
    shutil.copyfile(source, target)


def build(web: Path = WEB, node_modules: Path = NODE_MODULES) -> None:
    """Both folders, whole or not at all."""
    with replaced(web / "vendor") as vendor:
        for name in VENDOR:
            copy(node_modules / name, vendor / Path(name).name)
        for name in LICENCES:
            package = name.removeprefix("@").rsplit("/", 1)[0].replace("/", "-")
            copy(node_modules / name, vendor / f"LICENSE-{package}.txt")
    with replaced(web / "fonts") as fonts:
        for name in FONTS:
            copy(node_modules / name, fonts / Path(name).name)


if __name__ == "__main__":
    build()
