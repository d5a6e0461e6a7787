"""How QGIS asks a collection, as JSON: pages, subset strings, times and heights. `python3 ways.py URL`."""

from __future__ import annotations

import json
import sys

from qgis.core import QgsApplication, QgsVectorLayer

PAGE = 5
SUBSETS = {
    "class": "\"class\" = 'squawk'",
    "start": "\"start\" >= '2023-11-14T22:29:30Z' AND \"start\" <= '2023-11-14T22:30:30Z'",
}


def opened(url: str, collection: str, more: str = "") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"url='{url}/' typename='{collection}' {more}", collection, "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS cannot open {collection}: {layer.error().message()}")
    return layer


def chosen(url: str, subset: str) -> list[str]:
    """The features that a layer has left with a subset string."""
    layer = opened(url, "anomalies-points")
    if not layer.setSubsetString(subset):
        sys.exit(f"QGIS does not take the subset {subset}")
    return sorted(one["id"] for one in layer.getFeatures())


def heights(url: str) -> list[float]:
    layer = opened(url, "tracks")
    return [point.z() for one in layer.getFeatures() for point in one.geometry().vertices()]


def pages(url: str) -> tuple[list[str], str]:
    """Ids of all features, and the first of their times as QGIS understands it."""
    layer = opened(url, "anomalies-points", f"pageSize='{PAGE}'")
    ids = sorted(one["id"] for one in layer.getFeatures())
    return ids, min(one["start"].toUTC().toString("yyyy-MM-ddTHH:mm:ss.zzzZ") for one in layer.getFeatures())


def main(url: str) -> None:
    app = QgsApplication([], False)
    app.initQgis()
    paged, start = pages(url)
    subsets = {name: chosen(url, text) for name, text in SUBSETS.items()}
    found = {"paged": paged, "start": start, "subsets": subsets, "heights": heights(url)}
    print(json.dumps(found))
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
