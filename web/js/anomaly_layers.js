// Draws anomalies: for each class the same layers over two sources. It knows shapes and colours, not classes.
import { markerImage } from './icons.js';
import { safeColor } from './dom.js';
import { throttle } from './bus.js';

const UNDER = 'countries'; // areas lie below the names of places
const BELOW = 'track/edge'; // glow and single points lie below tracks, aircraft and every marker
const OPEN = ['==', ['get', 'open'], 1];
const EMPTY = { type: 'FeatureCollection', features: [] };

// Marker of a large area goes once the area itself is plain to see (degrees of size against zoom).
const SMALL_ENOUGH = [
  '<',
  ['get', 'size'],
  ['step', ['zoom'], 400, 2, 40, 3, 20, 4, 10, 5, 5, 6, 2.5, 7, 1.2, 8, 0.6, 9, 0.3, 10, 0.15],
];

export class AnomalyLayers {
  #map;
  #app;
  #drawn = new Set(); // class ids that have layers

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
    app.state.on(['off'], () => this.#show());
    app.state.on(['live', 'at', 'window', 'layers'], this.redraw);
    app.state.on(['selected'], () => this.#select());
    setInterval(this.redraw, 15_000); // the window moves on even when nothing happens
  }

  // Layer ids that can be clicked, topmost first.
  get hit() {
    return [...this.#drawn].flatMap((id) =>
      ['anchor', 'points', 'line', 'fill'].map((part) => `anomaly/${id}/${part}`),
    );
  }

  #addClasses() {
    for (const one of this.#app.classes) {
      if (this.#drawn.has(one.id)) continue;
      const color = safeColor(one.style?.color);
      this.#map.addImage(`class/${one.id}`, markerImage(one.style, color), { pixelRatio: 2 });
      for (const [layer, before] of layersOf(one, color)) this.#map.addLayer(layer, before);
      this.#drawn.add(one.id);
    }
    this.#show();
    this.redraw();
  }

  #show() {
    const { off } = this.#app.state.get();
    for (const id of this.#drawn) {
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

const PARTS = ['fill', 'outline', 'line', 'points', 'halo', 'anchor'];

function layersOf({ id, style }, color) {
  const only = (...tests) => ['all', ['==', ['get', 'cls'], id], ...tests];
  const kind = (type) => ['in', ['geometry-type'], ['literal', [type, `Multi${type}`]]];
  const base = (part, type, source, filter) => ({ id: `anomaly/${id}/${part}`, type, source, filter });
  const strong = ['case', OPEN, 1, 0.6];
  return [
    [
      {
        ...base('fill', 'fill', 'anomaly-shapes', only(kind('Polygon'))),
        paint: { 'fill-color': color, 'fill-opacity': ['case', OPEN, 0.2, 0.1] },
      },
      UNDER,
    ],
    [
      {
        ...base('outline', 'line', 'anomaly-shapes', only(kind('Polygon'))),
        paint: { 'line-color': color, 'line-width': 1.2, 'line-opacity': strong },
      },
      UNDER,
    ],
    [
      {
        ...base('line', 'line', 'anomaly-shapes', only(kind('LineString'))),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: linePaint(color, style, strong),
      },
      UNDER,
    ],
    [
      {
        ...base('points', 'circle', 'anomaly-shapes', only(kind('Point'))),
        paint: {
          'circle-color': color,
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 3, 1.5, 7, 4],
          'circle-stroke-color': '#0a111c',
          'circle-stroke-width': 1,
          'circle-opacity': strong,
        },
      },
      BELOW,
    ],
    [
      {
        ...base('halo', 'circle', 'anomaly-anchors', only(['>=', ['get', 'rank'], 3], SMALL_ENOUGH)),
        paint: haloPaint(color),
      },
      BELOW,
    ],
    [
      {
        ...base('anchor', 'symbol', 'anomaly-anchors', only(SMALL_ENOUGH)),
        layout: anchorLayout(id, style),
        paint: { 'icon-opacity': ['case', OPEN, 1, 0.72] },
      },
      'selected/line',
    ],
  ];
}

function linePaint(color, style, strong) {
  const paint = {
    'line-color': color,
    'line-width': ['interpolate', ['linear'], ['zoom'], 3, 1.4, 8, 3],
    'line-opacity': strong,
  };
  return style?.shape === 'pair' ? { ...paint, 'line-dasharray': [2, 2] } : paint;
}

function haloPaint(color) {
  const radius = [
    'interpolate',
    ['linear'],
    ['zoom'],
    2,
    ['case', ['==', ['get', 'rank'], 4], 16, 12],
    8,
    ['case', ['==', ['get', 'rank'], 4], 30, 24],
  ];
  return {
    'circle-color': color,
    'circle-radius': radius,
    'circle-blur': 0.9,
    'circle-opacity': ['case', OPEN, 0.55, 0.25],
  };
}

function anchorLayout(id, style) {
  return {
    'icon-image': `class/${id}`,
    'icon-size': ['interpolate', ['linear'], ['zoom'], 1, 0.6, 4, 0.78, 7, 1],
    'icon-allow-overlap': style?.shape !== 'cell', // cells lie side by side: one marker speaks for its neighbours
    'icon-ignore-placement': style?.shape !== 'cell',
    'symbol-sort-key': ['-', 0, ['get', 'rank']],
  };
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
      open: one.open ? 1 : 0,
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
