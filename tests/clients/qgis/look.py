"""What QGIS makes of the service, as JSON: `python3 look.py URL FOLDER`. For the Python that QGIS is installed for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

LOOKS = {
    "zones": QgsFillSymbol.createSimple({"color": "216,76,76,40", "outline_color": "#d84c4c"}),
    "tracks": QgsLineSymbol.createSimple({"line_color": "#2f6fb0", "line_width": "0.3"}),
    "anomalies-areas": QgsFillSymbol.createSimple({"color": "240,160,32,60", "outline_color": "#c87800"}),
    "anomalies-lines": QgsLineSymbol.createSimple({"line_color": "#c87800", "line_width": "0.6"}),
    "anomalies-points": QgsMarkerSymbol.createSimple({"color": "#f0a020", "outline_color": "#5a3800", "size": "2.6"}),
}
"""From below: layers of one kind of geometry each, as QGIS wants them."""


def opened(url: str, collection: str) -> QgsVectorLayer:
    """As the dialogue makes it with "Only request features overlapping the view extent"."""
    source = f"url='{url}/' typename='{collection}' restrictToRequestBBOX='1'"
    layer = QgsVectorLayer(source, collection, "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS cannot open {collection}: {layer.error().message()}")
    return layer


def described(layer: QgsVectorLayer) -> dict[str, Any]:
    """Facts of a layer, and what comes of a box and of an expression."""
    # First of all: once everything has been read, QGIS answers from its cache.
    far = QgsFeatureRequest().setFilterRect(QgsRectangle(170, -10, 180, 10))
    box = sum(1 for _ in layer.getFeatures(far))
    return {
        "count": layer.featureCount(),
        "read": sum(1 for _ in layer.getFeatures()),
        "geometry": QgsWkbTypes.displayString(layer.wkbType()),
        "crs": layer.crs().authid(),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "box": box,
        "asked": sum(1 for _ in layer.getFeatures(QgsFeatureRequest().setFilterExpression("\"class\" = 'squawk'"))),
    }


def painted(layers: list[QgsVectorLayer], path: Path, box: list[float] | None) -> int:
    """The layers as a picture; how many colours it has."""
    for layer in layers:
        layer.setRenderer(QgsSingleSymbolRenderer(LOOKS[layer.name()].clone()))
    settings = QgsMapSettings()
    settings.setLayers(layers[::-1])
    settings.setOutputSize(QSize(900, 560))
    settings.setBackgroundColor(QColor("#f7f5f0"))
    settings.setExtent(QgsRectangle(*box) if box else settings.fullExtent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(path))
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})


def main(url: str, folder: str, *box: str) -> None:
    app = QgsApplication([], False)
    app.initQgis()
    layers = [opened(url, name) for name in LOOKS]
    found = {layer.name(): described(layer) for layer in [*layers, opened(url, "anomalies"), opened(url, "aircraft")]}
    colours = painted(layers, Path(folder, "qgis.png"), [float(edge) for edge in box] or None)
    print(json.dumps({"layers": found, "colours": colours}))
    del layers
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
