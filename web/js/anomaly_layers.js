// Draws anomalies: tells the map what changed in its sources, and which classes are shown, how faint and in which colours.
import { featuresOf } from './anomaly_features.js';
import { ABOVE, colorOf, filtersOf, glows, isCell, layersOf } from './anomaly_style.js';
import { throttle } from './bus.js';
import { safeColor } from './dom.js';
import { fade, shareOf } from './fade.js';
import { mercatorX, mercatorY } from './geo.js';
import { markerImage } from './icons.js';
import { markerAtlas } from './marker_atlas.js';
import { createMarkerLayer } from './marker_layer.js';
import { MARKER_PX, Markers, markerScale } from './markers.js';
import { addOwn, onContext } from './own_layers.js';

const SOURCES = ['anomaly-shapes', 'anomaly-anchors'];
const MANY = 0.5; // where so large a share is new, the map is given everything anew

export class AnomalyLayers {
  #map;
  #app;
  #known = []; // classes that the layers know; there are no layers before there are classes
  #cells = new Set(); // those of them whose markers the map itself keeps apart
  #anew = false; // whether the map must be told everything
  #drawn = new Map(); // id -> anomaly as the sources hold it
  #off = new Set(); // classes that are switched off, as the map was told
  #selected = null;
  #atlas = null;
  #held = false; // whether shapes still wait for the first picture of the map, which shows markers alone
  markers = new Markers();

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    map.addSource('anomaly-shapes', { type: 'geojson', data: collection([]), tolerance: 0.2, promoteId: 'key' });
    map.addSource('anomaly-anchors', { type: 'geojson', data: collection([]), promoteId: 'key' });
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
    onContext(map, () => this.#forget());
    this.#hold(app.pictured);
  }

  #hold(pictured) {
    this.#held = Boolean(pictured);
    pictured?.then(() => {
      this.#held = false;
      this.#forget();
    });
  }

  // A map with a new drawing context has forgotten what its features were told.
  #forget() {
    [this.#drawn, this.#anew] = [new Map(), true];
    this.#redraw();
  }

  // Those whose marker lies within `reach` pixels of a point of the screen.
  marked(point, reach) {
    const zoom = this.#map.getZoom();
    const half = (MARKER_PX / 2) * markerScale(zoom) + reach;
    const here = this.#map.unproject(point);
    const [x, y] = [mercatorX(here.lng), mercatorY(here.lat)];
    const corners = [[half, half], [-half, -half], [half, -half], [-half, half]]; // prettier-ignore
    const far = corners.map(([right, down]) => this.#map.unproject([point.x + right, point.y + down]));
    const most = Math.max(...far.flatMap(({ lng, lat }) => [Math.abs(mercatorX(lng) - x), Math.abs(mercatorY(lat) - y)]));
    return this.markers.around(x, y, most, zoom).filter(({ anchor: [lng, lat] }) => {
      const at = this.#map.project([lng + 360 * Math.round((here.lng - lng) / 360), lat]);
      return Math.abs(at.x - point.x) <= half && Math.abs(at.y - point.y) <= half;
    });
  }

  #learn() {
    if (!this.#app.classes.length) return;
    const first = !this.#known.length;
    this.#known = this.#app.classes;
    this.#sort();
    this.#atlas = markerAtlas(this.#known);
    if (first) this.#begin();
    for (const { id, style } of this.#known.filter(isCell)) {
      const [name, color] = [`class/${id}`, safeColor(style?.color)];
      if (!this.#map.hasImage(name)) this.#map.addImage(name, markerImage(style, color), { pixelRatio: 2 });
    }
    this.#paint();
    this.#show();
    this.redraw();
  }

  // Whose markers the map keeps apart: where they are others than before, it must be told all of them.
  #sort() {
    const cells = new Set(this.#known.filter(isCell).map(({ id }) => id));
    this.#anew ||= String([...cells]) !== String([...this.#cells]);
    this.#cells = cells;
  }

  #begin() {
    for (const [layer, before] of layersOf(colorOf([]))) this.#map.addLayer(layer, before);
    const look = () => ({ atlas: this.#atlas, share: shareOf(this.#app.state.get(), 'anomalies') });
    addOwn(this.#map, createMarkerLayer('anomaly/anchor', this.markers, look), ABOVE);
    this.#fade();
  }

  // The theme changed: the same layers in colours that can be seen on it.
  #colour() {
    for (const { id, style } of this.#known.filter(isCell))
      this.#map.updateImage(`class/${id}`, markerImage(style, safeColor(style?.color)));
    this.#atlas = markerAtlas(this.#known);
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

  // Markers and shapes are there or gone with the next frame; the map's workers only sort cells anew.
  #show() {
    if (!this.#known.length || !this.#map.style) return;
    const { off } = this.#app.state.get();
    const other = [...this.#drawn.values()].filter(({ cls }) => off.has(cls) !== this.#off.has(cls));
    this.#off = off;
    this.#switch(other);
    this.#mark();
    for (const [layer, filter] of filtersOf(this.#known, off)) this.#map.setFilter(layer, filter, { validate: false });
  }

  #switch(some) {
    for (const one of some)
      this.#eachFeature(one, (feature) => this.#map.setFeatureState(feature, { off: this.#off.has(one.cls) }));
  }

  #eachFeature(one, fn) {
    for (const [source, features] of Object.entries(this.#featuresOf(one))) for (const { id } of features) fn({ source, id });
  }

  #mark() {
    const off = this.#off;
    const places = new Map(this.#known.map(({ id }, i) => [id, i]));
    const own = ({ cls }) => places.has(cls) && !off.has(cls) && !this.#cells.has(cls);
    this.markers.set([...this.#drawn.values()].filter(own), (cls) => places.get(cls));
    this.#map.triggerRepaint();
  }

  #redraw() {
    if (!this.#map.style) return; // its context is gone: all is told anew once there is another
    const shown = this.#app.anomalies.shown(this.#app.state.get()).filter((one) => one.anchor);
    const now = new Map(shown.map((one) => [one.id, one]));
    const fresh = shown.filter((one) => this.#drawn.get(one.id) !== one);
    const gone = [...this.#drawn.values()].filter((one) => now.get(one.id) !== one);
    this.#drawn = now;
    if (this.#held) this.#anew = true;
    else if (this.#anew || fresh.length > MANY * shown.length) this.#replace(shown);
    else if (fresh.length || gone.length) this.#change(gone, fresh);
    this.#switch(fresh.filter(({ cls }) => this.#off.has(cls)));
    const ended = gone.filter(({ id, cls }) => this.#off.has(cls) && !now.has(id));
    for (const one of ended) this.#eachFeature(one, (feature) => this.#map.removeFeatureState(feature));
    if (fresh.length || gone.length) this.#mark();
    this.#anew = this.#held;
    this.#select();
  }

  // What the map draws of an anomaly; it holds the places of those only that glow, or whose markers it keeps apart.
  #featuresOf(one) {
    const parts = featuresOf(one);
    return glows(one) || this.#cells.has(one.cls) ? parts : { ...parts, 'anomaly-anchors': [] };
  }

  #replace(shown) {
    const all = shown.map((one) => this.#featuresOf(one));
    for (const name of SOURCES) this.#map.getSource(name).setData(collection(all.flatMap((one) => one[name])));
  }

  #change(gone, fresh) {
    const [old, added] = [gone, fresh].map((some) => some.map((one) => this.#featuresOf(one)));
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
