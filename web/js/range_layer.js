// Receivers on the map, with rings of distance in the reader's units, and the line around where they heard anything.
import { isAbort } from './api.js';
import { throttle } from './bus.js';
import { isLight } from './prefs.js';
import { receiversOf } from './receivers.js';
import { placeFeatures, placeAt, rangeFeatures, ringFeatures, ringsFor } from './range_rings.js';
import { TRAFFIC } from './texts/traffic_en.js';
import { rfc3339 } from './time.js';
import { unitOf } from './units.js';

const T = TRAFFIC.rings;
const UNDER = 'countries';
const EMPTY = { type: 'FeatureCollection', features: [] };
const STEP_MS = 300_000;
const CELLS = { resolution: 4, cap: 10_000 }; // H3 cells some 24 nmi across: as fine as a range of 200 nmi needs
const ABOUT = { west: 9, south: 7.5 }; // degrees around a receiver that are asked for, at the equator

const is = (kind) => ['==', ['get', 'kind'], kind];
const NAMED = { 'text-field': ['get', 'text'], 'text-font': ['Inter Medium'], 'text-size': 12 };
const LAYERS = [
  { id: 'rings/range', type: 'fill', filter: is('range'), paint: { 'fill-opacity': 0.08 } },
  { id: 'rings/edge', type: 'line', filter: is('range'), paint: { 'line-width': 1.6 } },
  { id: 'rings/ring', type: 'line', filter: is('ring'), paint: { 'line-width': 1, 'line-dasharray': [3, 3], 'line-opacity': 0.75 } },
  { id: 'rings/label', type: 'symbol', filter: is('label'), layout: { ...NAMED, 'text-offset': [0, -0.7] }, paint: { 'text-halo-width': 1.4 } },
  { id: 'rings/place', type: 'circle', filter: is('receiver'), paint: { 'circle-radius': 5, 'circle-stroke-width': 2 } },
  { id: 'rings/name', type: 'symbol', filter: is('receiver'), layout: { ...NAMED, 'text-anchor': 'top', 'text-offset': [0, 0.7] }, paint: { 'text-halo-width': 1.4 } },
];

class RangeLayer {
  #app;
  #map;
  #receivers = [];
  #range = [];
  #asking = null;
  #drawn = '';

  constructor(app, map) {
    [this.#app, this.#map] = [app, map];
    map.addSource('rings', { type: 'geojson', data: EMPTY, tolerance: 0.2 });
    for (const layer of LAYERS) map.addLayer({ ...layer, source: 'rings' }, UNDER);
    app.state.on(['layers'], () => this.#show());
    app.state.on(['live', 'at'], throttle(() => this.#heard(), 1000)); // prettier-ignore
    app.bus.on('prefs', () => this.#draw(true));
    map.on('zoomend', () => this.#draw());
    setInterval(() => this.#app.state.get().live && this.#heard(), STEP_MS);
    this.#show();
  }

  get #on() {
    return this.#app.state.get().layers.receiver;
  }

  async #show() {
    for (const { id } of LAYERS) this.#map.setLayoutProperty(id, 'visibility', this.#on ? 'visible' : 'none');
    if (!this.#on) return;
    this.#receivers = await receiversOf(this.#app);
    this.#app.overlays.count.set('receiver', this.#receivers.length || T.none);
    this.#app.bus.emit('overlay', 'receiver');
    this.#draw(true);
    this.#heard();
  }

  // The hour before the time that is shown; the newest that there is while it is live.
  async #heard() {
    const { overlays, state } = this.#app;
    if (!this.#on || !this.#receivers.length) return;
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const when = state.get().live ? {} : { datetime: rfc3339(Math.floor(state.get().at / STEP_MS) * STEP_MS) };
    const ask = ({ at }) => this.#app.api.items('coverage', { bbox: boxAround(at), resolution: CELLS.resolution, ...when }, { cap: CELLS.cap, signal: asking.signal }); // prettier-ignore
    try {
      const cells = (await Promise.all(this.#receivers.map(ask))).flat();
      this.#range = rangeFeatures(this.#receivers, cells);
      overlays.failed.delete('receiver');
      this.#draw(true);
    } catch (error) {
      if (isAbort(error)) return;
      overlays.failed.set('receiver', error.message);
    }
    this.#app.bus.emit('overlay', 'receiver');
  }

  // Rings stay until the zoom or the units ask for others.
  #draw(anew = false) {
    if (!this.#on || !this.#receivers.length) return;
    const { unit, per } = unitOf('distance');
    const distances = ringsFor({ per, px: this.#pixels() / per });
    if (!anew && String(distances) === this.#drawn) return;
    this.#drawn = String(distances);
    const rings = ringFeatures(this.#receivers, distances, { per, label: (distance) => `${distance} ${unit}` });
    this.#map.getSource('rings').setData({ type: 'FeatureCollection', features: [...this.#range, ...rings, ...placeFeatures(this.#receivers)] });
    this.#ink();
  }

  // Pixels of a nautical mile at the first receiver.
  #pixels() {
    const [{ at }] = this.#receivers;
    const [a, b] = [this.#map.project(at), this.#map.project(placeAt(at, 90, 10))];
    return Math.hypot(a.x - b.x, a.y - b.y) / 10;
  }

  #ink() {
    const [line, text, halo] = isLight() ? ['#0b5fb5', '#15212e', '#ffffff'] : ['#5ab4ff', '#d5e0ec', '#0a111c'];
    const paint = (id, name, value) => this.#map.setPaintProperty(`rings/${id}`, name, value);
    paint('range', 'fill-color', line);
    for (const id of ['edge', 'ring']) paint(id, 'line-color', line);
    for (const id of ['label', 'name']) for (const [name, value] of [['text-color', text], ['text-halo-color', halo]]) paint(id, name, value); // prettier-ignore
    paint('place', 'circle-color', line);
    paint('place', 'circle-stroke-color', halo);
  }
}

// Farther east and west where meridians lie close together.
function boxAround([lng, lat]) {
  const wide = Math.min(179, ABOUT.west / Math.max(0.05, Math.cos((Math.min(89, Math.abs(lat) + ABOUT.south) * Math.PI) / 180)));
  const wrap = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
  return [wrap(lng - wide), Math.max(-90, lat - ABOUT.south), wrap(lng + wide), Math.min(90, lat + ABOUT.south)].map((one) => one.toFixed(3)).join(',');
}

export const make = (app, map) => new RangeLayer(app, map);
