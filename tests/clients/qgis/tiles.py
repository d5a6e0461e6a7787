"""What QGIS makes of vector tiles, as JSON: `python3 tiles.py URL FOLDER COLLECTION...`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapBoxGlStyleConverter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsRectangle,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize, QUrl
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtNetwork import QNetworkRequest

HALF_M = 20037508.342789244
PAPER = QColor("#ffffff")


def read(address: str) -> Any:
    """JSON from an address, over the network as QGIS itself goes."""
    answer = QgsNetworkAccessManager.blockingGet(QNetworkRequest(QUrl(address)))
    return json.loads(bytes(answer.content()))


def opened(url: str, collection: str) -> QgsVectorTileLayer:
    """As the dialogue makes it from a template and the address of a style."""
    told = read(f"{url}/collections/{collection}/tiles/WebMercatorQuad?f=tilejson")
    style = f"{url}/collections/{collection}/style.json"
    zooms = f"zmin={told['minzoom']}&zmax={told['maxzoom']}"
    return QgsVectorTileLayer(
        f"type=xyz&url={quote(told['tiles'][0])}&{zooms}&styleUrl={quote(style)}", collection
    )  # fmt: skip


def painted(layer: QgsVectorTileLayer, path: Path) -> dict[str, int]:
    """The world as a picture: of how many pixels each colour is, without the paper."""
    settings = QgsMapSettings()
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setLayers([layer])
    settings.setOutputSize(QSize(512, 512))
    settings.setBackgroundColor(PAPER)
    settings.setExtent(QgsRectangle(-HALF_M, -HALF_M, HALF_M, HALF_M))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(path))
    found: dict[str, int] = {}
    for pixel in (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())):
        if pixel != PAPER:
            found[pixel.name()] = found.get(pixel.name(), 0) + 1
    return found


def described(url: str, folder: str, collection: str) -> dict[str, Any]:
    """What the style becomes, what QGIS could not read of it, and what is drawn with it and without."""
    layer = opened(url, collection)
    plain = painted(layer, Path(folder, f"{collection}-plain.png"))
    said, done = layer.loadDefaultStyle()
    converter = QgsMapBoxGlStyleConverter()
    converter.convert(read(f"{url}/collections/{collection}/style.json"))
    return {
        "valid": layer.isValid(), "styled": done, "said": said, "warnings": converter.warnings(),
        "styles": [one.styleName() for one in layer.renderer().styles()], "plain": plain,
        "drawn": painted(layer, Path(folder, f"{collection}.png")),
    }  # fmt: skip


def main(url: str, folder: str, *collections: str) -> None:
    app = QgsApplication([], False)
    app.initQgis()
    print(json.dumps({name: described(url, folder, name) for name in collections}))
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
