// Draws anomalies: keeps the sources full, and the layers of each class shown, faint and coloured as they should be.
import { layersOf, PARTS } from './anomaly_style.js';
import { fade, shareOf } from './fade.js';
import { markerImage } from './icons.js';
import { safeColor } from './dom.js';
import { throttle } from './bus.js';

const EMPTY = { type: 'FeatureCollection', features: [] };

export class AnomalyLayers {
  #map;
  #app;
  #drawn = new Map(); // class id -> its layers

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    map.addSource('anomaly-shapes', { type: 'geojson', data: EMPTY, tolerance: 0.2 });
    map.addSource('anomaly-anchors', { type: 'geojson', data: EMPTY });
    map.addSource('selected', { type: 'geojson', data: EMPTY });
    this.#addSelection();
    this.redraw = throttle(() => this.#redraw(), 250);
    app.bus.on('classes', () => this.#addClasses());
    app.bus.on('anomalies', this.redraw);
    app.bus.on('prefs', (changed) => changed.includes('theme') && this.#colour());
    app.state.on(['off'], () => this.#show());
    app.state.on(['opacity'], () => this.#fade());
    app.state.on(['live', 'at', 'window', 'layers'], this.redraw);
    app.state.on(['selected'], () => this.#select());
    setInterval(this.redraw, 15_000); // the window moves on even when nothing happens
  }

  // Layer ids that can be clicked, topmost first.
  get hit() {
    return [...this.#drawn.keys()].flatMap((id) =>
      ['anchor', 'points', 'line', 'fill'].map((part) => `anomaly/${id}/${part}`),
    );
  }

  #addClasses() {
    for (const one of this.#app.classes) {
      if (this.#drawn.has(one.id)) continue;
      const color = safeColor(one.style?.color);
      this.#map.addImage(`class/${one.id}`, markerImage(one.style, color), { pixelRatio: 2 });
      const layers = layersOf(one, color);
      for (const [layer, before] of layers) this.#map.addLayer(layer, before);
      this.#drawn.set(
        one.id,
        layers.map(([layer]) => layer),
      );
    }
    this.#show();
    this.#fade();
    this.redraw();
  }

  // The theme changed: the same layers in colours that can be seen on it.
  #colour() {
    for (const one of this.#app.classes) {
      if (!this.#drawn.has(one.id)) continue;
      const color = safeColor(one.style?.color);
      this.#map.updateImage(`class/${one.id}`, markerImage(one.style, color));
      const layers = layersOf(one, color).map(([layer]) => layer);
      this.#drawn.set(one.id, layers);
      for (const { id, paint } of layers)
        for (const name of Object.keys(paint))
          if (/-color$/.test(name)) this.#map.setPaintProperty(id, name, paint[name]);
    }
  }

  #fade() {
    const share = shareOf(this.#app.state.get(), 'anomalies');
    for (const layer of [...this.#drawn.values()].flat()) fade(this.#map, layer, share);
  }

  #show() {
    const { off } = this.#app.state.get();
    for (const id of this.#drawn.keys()) {
      for (const part of PARTS)
        this.#map.setLayoutProperty(`anomaly/${id}/${part}`, 'visibility', off.has(id) ? 'none' : 'visible');
    }
  }

  #redraw() {
    const shown = this.#app.anomalies.shown(this.#app.state.get()).filter((one) => one.anchor);
    this.#map.getSource('anomaly-shapes').setData(collection(shown.flatMap(shapes)));
    this.#map
      .getSource('anomaly-anchors')
      .setData(collection(shown.map((one) => feature(one, { type: 'Point', coordinates: one.anchor }))));
    this.#select();
  }

  #select() {
    const { selected } = this.#app.state.get();
    const one = selected?.kind === 'anomaly' ? this.#app.anomalies.get(selected.id) : null;
    const marks = one?.anchor
      ? [...shapes(one), feature(one, { type: 'Point', coordinates: one.anchor }, { anchor: 1 })]
      : [];
    this.#map.getSource('selected').setData(collection(marks));
  }

  #addSelection() {
    const white = { 'line-color': '#ffffff', 'line-width': 8, 'line-blur': 3, 'line-opacity': 0.4 };
    const ring = {
      'circle-radius': 16,
      'circle-opacity': 0,
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2,
    };
    this.#map.addLayer({
      id: 'selected/line',
      type: 'line',
      source: 'selected',
      filter: ['!', ['in', ['geometry-type'], ['literal', ['Point', 'MultiPoint']]]],
      paint: white,
    });
    this.#map.addLayer({
      id: 'selected/ring',
      type: 'circle',
      source: 'selected',
      filter: ['==', ['get', 'anchor'], 1],
      paint: ring,
    });
  }
}

const collection = (features) => ({ type: 'FeatureCollection', features });

function feature(one, geometry, more = {}) {
  return {
    type: 'Feature',
    geometry,
    properties: {
      id: one.id,
      cls: one.cls,
      rank: one.rank,
      open: one.cleared ? -1 : one.open ? 1 : 0,
      size: /Poly/.test(one.feature.geometry.type) ? one.size : 0,
      ...more,
    },
  };
}

// The geometry itself, where it is more than the marker; two points of a pair are joined by a line.
function shapes(one) {
  const { geometry } = one.feature;
  if (geometry.type === 'Point') return [];
  const out = [feature(one, geometry)];
  if (geometry.type === 'MultiPoint' && geometry.coordinates.length === 2)
    out.push(feature(one, { type: 'LineString', coordinates: shortWay(geometry.coordinates) }));
  return out;
}

function shortWay([a, b]) {
  const turn = b[0] - a[0] > 180 ? -360 : b[0] - a[0] < -180 ? 360 : 0;
  return [a.slice(0, 2), [b[0] + turn, b[1]]];
}
