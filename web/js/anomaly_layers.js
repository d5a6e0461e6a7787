// Draws anomalies: tells the map what changed in its sources, and which classes are shown, how faint and in which colours.
import { colorOf, filtersOf, layersOf } from './anomaly_style.js';
import { featuresOf } from './anomaly_features.js';
import { throttle } from './bus.js';
import { safeColor } from './dom.js';
import { fade, shareOf } from './fade.js';
import { markerImage } from './icons.js';

const SOURCES = ['anomaly-shapes', 'anomaly-anchors'];
const MANY = 0.5; // where so large a share is new, the map is given everything anew

export class AnomalyLayers {
  #map;
  #app;
  #known = []; // classes that the layers know; there are no layers before there are classes
  #drawn = new Map(); // id -> anomaly as the sources hold it
  #selected = null;

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    map.addSource('anomaly-shapes', { type: 'geojson', data: collection([]), tolerance: 0.2 });
    map.addSource('anomaly-anchors', { type: 'geojson', data: collection([]) });
    map.addSource('selected', { type: 'geojson', data: collection([]) });
    addSelection(map);
    this.redraw = throttle(() => this.#redraw(), 250);
    app.bus.on('classes', () => this.#learn());
    app.bus.on('anomalies', this.redraw);
    app.bus.on('prefs', (changed) => changed.includes('theme') && this.#colour());
    app.state.on(['off'], () => this.#show());
    app.state.on(['opacity'], () => this.#fade());
    app.state.on(['live', 'at', 'window', 'layers'], this.redraw);
    app.state.on(['selected'], () => this.#select());
    setInterval(this.redraw, 15_000); // the window moves on even when nothing happens
  }

  #learn() {
    if (!this.#app.classes.length) return;
    const first = !this.#known.length;
    this.#known = this.#app.classes;
    if (first) this.#begin();
    for (const { id, style } of this.#known) {
      const [name, color] = [`class/${id}`, safeColor(style?.color)];
      if (!this.#map.hasImage(name)) this.#map.addImage(name, markerImage(style, color), { pixelRatio: 2 });
    }
    this.#paint();
    this.#show();
    this.redraw();
  }

  #begin() {
    for (const [layer, before] of layersOf(colorOf([]))) this.#map.addLayer(layer, before);
    this.#fade();
  }

  // The theme changed: the same layers in colours that can be seen on it.
  #colour() {
    for (const { id, style } of this.#known) this.#map.updateImage(`class/${id}`, markerImage(style, safeColor(style?.color)));
    this.#paint();
  }

  #paint() {
    const color = colorOf(this.#known);
    for (const [{ id, paint }] of layersOf(color))
      for (const name of Object.keys(paint)) if (paint[name] === color) this.#map.setPaintProperty(id, name, color);
  }

  #fade() {
    if (!this.#known.length) return;
    const share = shareOf(this.#app.state.get(), 'anomalies');
    for (const [layer] of layersOf('')) fade(this.#map, layer, share);
  }

  // The map's workers hold the features already: they only sort them anew.
  #show() {
    if (!this.#known.length) return;
    const { off } = this.#app.state.get();
    for (const [layer, filter] of filtersOf(this.#known, off)) this.#map.setFilter(layer, filter, { validate: false });
  }

  #redraw() {
    const shown = this.#app.anomalies.shown(this.#app.state.get()).filter((one) => one.anchor);
    const now = new Map(shown.map((one) => [one.id, one]));
    const fresh = shown.filter((one) => this.#drawn.get(one.id) !== one);
    const gone = [...this.#drawn.values()].filter((one) => now.get(one.id) !== one);
    this.#drawn = now;
    if (fresh.length > MANY * shown.length) this.#replace(shown);
    else if (fresh.length || gone.length) this.#change(gone, fresh);
    this.#select();
  }

  #replace(shown) {
    const all = shown.map(featuresOf);
    for (const name of SOURCES) this.#map.getSource(name).setData(collection(all.flatMap((one) => one[name])));
  }

  #change(gone, fresh) {
    const [old, added] = [gone.map(featuresOf), fresh.map(featuresOf)];
    for (const name of SOURCES) {
      const diff = { remove: old.flatMap((one) => one[name]).map(({ id }) => id), add: added.flatMap((one) => one[name]) };
      if (diff.remove.length || diff.add.length) this.#map.getSource(name).updateData(diff);
    }
  }

  #select() {
    const { selected } = this.#app.state.get();
    const one = selected?.kind === 'anomaly' ? (this.#app.anomalies.get(selected.id) ?? null) : null;
    if (one === this.#selected) return;
    this.#selected = one;
    const marks = one?.anchor ? SOURCES.flatMap((name) => featuresOf(one)[name]) : [];
    this.#map.getSource('selected').setData(collection(marks));
  }
}

function addSelection(map) {
  const white = { 'line-color': '#ffffff', 'line-width': 8, 'line-blur': 3, 'line-opacity': 0.4 };
  const ring = { 'circle-radius': 16, 'circle-opacity': 0, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 };
  const isPoint = ['in', ['geometry-type'], ['literal', ['Point', 'MultiPoint']]];
  map.addLayer({ id: 'selected/line', type: 'line', source: 'selected', filter: ['!', isPoint], paint: white });
  map.addLayer({ id: 'selected/ring', type: 'circle', source: 'selected', filter: ['has', 'anchor'], paint: ring });
}

const collection = (features) => ({ type: 'FeatureCollection', features });
