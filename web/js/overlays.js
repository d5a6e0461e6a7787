// Layers that come from a collection and wait until they are switched on: zones, and H3 cells with their interference.
import { isAbort } from './api.js';
import { redIn } from './cells.js';
import { fade, shareOf } from './fade.js';
import { CELL_RESOLUTION, FEATURES as LAYERS } from './overlay_style.js';
import { isLight } from './prefs.js';
import { rfc3339 } from './time.js';
import { throttle } from './bus.js';

const UNDER = 'countries';
const IN_VIEW = ['zones', 'cells']; // asked for by what the map shows; hot spots are the world's
const EMPTY = { type: 'FeatureCollection', features: [] };
const CAP = 10_000;
const STEP_MS = 300_000; // so far time moves before hot spots are asked for anew
const HALF_HOUR_MS = 1_800_000; // the cells' own step
const KEPT = 96;
const LONG_S = 6 * 3600;

export class Overlays {
  #asking = new Map();
  #kept = new Map(); // question -> merged cells
  failed = new Map(); // layer -> the error to show beside its toggle
  count = new Map();
  asked = null; // {datetime, daily} of the cells on show
  red = 0; // how many of them are disturbed

  constructor(map, app) {
    Object.assign(this, { map, app });
    for (const [name, layers] of Object.entries(LAYERS)) {
      map.addSource(name, { type: 'geojson', data: EMPTY, tolerance: 0.2 });
      for (const layer of layers)
        map.addLayer({ ...layer, source: name, layout: { ...layer.layout, visibility: 'none' } }, UNDER);
    }
    app.state.on(['layers'], () => this.#show());
    app.state.on(['opacity'], () => this.#fade());
    app.state.on(
      ['live', 'at', 'end', 'window', 'off'],
      throttle(() => this.#moved(), 200),
    );
    map.on(
      'moveend',
      throttle(() => IN_VIEW.forEach((name) => this.#refresh(name)), 600),
    );
    setInterval(() => ['cells', 'hotspots'].forEach((name) => this.#refresh(name)), 60_000);
    app.bus.on('prefs', () => this.#ink());
    this.#ink();
    this.#show();
    this.#fade();
  }

  // Names stand on land that is dark or light.
  #ink() {
    const [text, halo] = isLight() ? ['#a02947', '#ffffff'] : ['#e59aab', '#0a111c'];
    this.map.setPaintProperty('zones/name', 'text-color', text);
    this.map.setPaintProperty('zones/name', 'text-halo-color', halo);
  }

  #fade() {
    for (const [name, layers] of Object.entries(LAYERS))
      for (const layer of layers) fade(this.map, layer, shareOf(this.app.state.get(), name));
  }

  #on(name) {
    return this.app.state.get().layers[name];
  }

  #show() {
    for (const [name, layers] of Object.entries(LAYERS)) {
      for (const { id } of layers) this.map.setLayoutProperty(id, 'visibility', this.#on(name) ? 'visible' : 'none');
      this.#refresh(name);
    }
  }

  async #spots(signal) {
    const asked = this.#gathered();
    this.hot = JSON.stringify(asked);
    return asked.class === '' ? [] : (await this.app.api.get('/statistics/hotspots', asked, signal)).features;
  }

  // Hot spots are those of the time that is shown, in steps of five minutes, and of the classes that are.
  #gathered() {
    const { off } = this.app.state.get();
    const [start, end] = this.app.span().map((ms) => Math.floor(ms / STEP_MS) * STEP_MS);
    const shown = (this.app.classes ?? []).map(({ id }) => id).filter((id) => !off.has(id));
    const some = off.size ? { class: shown.join(',') } : {};
    return { datetime: `${rfc3339(start)}/${rfc3339(end + STEP_MS)}`, f: 'json', ...some };
  }

  // Interference is kept by half hours: a step of time within one of them asks for nothing.
  #moved() {
    if (this.#on('cells') && this.#key() !== this.key) this.#refresh('cells');
    if (this.#on('hotspots') && JSON.stringify(this.#gathered()) !== this.hot) this.#refresh('hotspots');
  }

  async #refresh(name) {
    if (!this.#on(name)) return;
    if (!this.app.clock.known()) return void setTimeout(() => this.#refresh(name), 500);
    this.#asking.get(name)?.abort();
    const asking = new AbortController();
    this.#asking.set(name, asking);
    try {
      const features = await this.#load(name, asking.signal);
      this.map.getSource(name).setData({ type: 'FeatureCollection', features });
      this.count.set(name, features.length);
      this.failed.delete(name);
    } catch (error) {
      if (isAbort(error)) return;
      this.failed.set(name, error.message);
    }
    this.app.bus.emit('overlay', name);
  }

  async #load(name, signal) {
    if (name === 'hotspots') return this.#spots(signal);
    if (name !== 'cells') return this.app.api.items(name, { bbox: bboxOf(this.map) }, { cap: CAP, signal });
    const [key, source, asked] = [(this.key = this.#key()), this.#source(), this.#cells()];
    if (!this.#kept.has(key)) this.#keep(key, mergeCells(await this.app.api.items(source, asked, { cap: CAP, signal })));
    const cells = this.#kept.get(key);
    this.asked = { datetime: asked.datetime, daily: source !== 'cells' };
    this.red = redIn(cells);
    return cells;
  }

  // Half hours of a week would be too many: long windows take what the server has added up by day.
  #source() {
    const { live, window } = this.app.state.get();
    return live && window > LONG_S ? 'interference' : 'cells';
  }

  // Hours of the past do not change: playing them again, or back and forth, asks once.
  #keep(key, features) {
    if (this.app.state.get().live) this.#kept.clear();
    this.#kept.set(key, features);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }

  #key() {
    const { live } = this.app.state.get();
    return live ? `live ${Date.now()}` : `${this.#cells().datetime} ${bboxOf(this.map)}`;
  }

  // Live: all of the window. In the past: the hour before the time that is shown, so that it moves as time does.
  #cells() {
    const { live, at, window } = this.app.state.get();
    const end = live ? this.app.clock.now() : Math.ceil(at / HALF_HOUR_MS) * HALF_HOUR_MS - 1000;
    const start = live ? end - window * 1000 : end + 1000 - 2 * HALF_HOUR_MS;
    return { bbox: bboxOf(this.map), resolution: CELL_RESOLUTION, datetime: `${rfc3339(start)}/${rfc3339(end)}` };
  }
}

// One feature per cell. GPSJam's share of aircraft with bad navigation, (bad - 1) / (good + bad), taken over all the
// time that is shown: the one that is taken off in each bucket keeps a single broken transponder from colouring a cell.
export function mergeCells(features) {
  const cells = new Map();
  for (const { geometry, properties: p } of features) {
    const sum = cells.get(p.h3) ?? { geometry, good: 0, bad: 0, over: 0, most: 0 };
    cells.set(p.h3, sum);
    sum.good += p.good || 0;
    sum.bad += p.bad || 0;
    sum.over += Math.max(0, (p.bad || 0) - 1);
    sum.most = Math.max(sum.most, p.aircraft || 0);
  }
  return [...cells].map(([h3, { geometry, good, bad, over, most }]) => ({
    type: 'Feature',
    geometry,
    properties: { h3, good, bad, aircraft: most, share: good + bad ? over / (good + bad) : 0 },
  }));
}

// The view as `bbox`; west may be greater than east, which means across the antimeridian.
export function bboxOf(map) {
  const bounds = map.getBounds();
  const [south, north] = [Math.max(-90, bounds.getSouth()), Math.min(90, bounds.getNorth())];
  if (bounds.getEast() - bounds.getWest() >= 360) return [-180, south, 180, north].map(round).join(',');
  return [wrap(bounds.getWest()), south, wrap(bounds.getEast()), north].map(round).join(',');
}

const wrap = (lng) => ((((lng + 180) % 360) + 360) % 360) - 180;
const round = (n) => Math.round(n * 1e4) / 1e4;
