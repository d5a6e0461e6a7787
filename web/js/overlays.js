// Layers that come from a collection and wait until they are switched on: zones, and H3 cells with their interference.
import { isAbort } from './api.js';
import { rfc3339 } from './time.js';
import { throttle } from './bus.js';

const UNDER = 'countries';
const EMPTY = { type: 'FeatureCollection', features: [] };
const CAP = 10_000;
const CELL_RESOLUTION = 4; // GPSJam's

const SHARE = ['get', 'share'];
const INTERFERENCE = ['step', SHARE, '#39a275', 0.02, '#e6c84f', 0.1, '#ee4b5a'];

const LAYERS = {
  zones: [
    { id: 'zones/fill', type: 'fill', paint: { 'fill-color': '#d8647e', 'fill-opacity': 0.07 } },
    {
      id: 'zones/line',
      type: 'line',
      paint: { 'line-color': '#d8647e', 'line-width': 1, 'line-opacity': 0.65, 'line-dasharray': [4, 2] },
    },
    {
      id: 'zones/name',
      type: 'symbol',
      minzoom: 6.5,
      layout: {
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': ['Inter Medium'],
        'text-size': 10.5,
        'text-max-width': 8,
      },
      paint: { 'text-color': '#e59aab', 'text-halo-color': '#0a111c', 'text-halo-width': 1.2 },
    },
  ],
  cells: [
    {
      id: 'cells/fill',
      type: 'fill',
      paint: { 'fill-color': INTERFERENCE, 'fill-opacity': ['step', SHARE, 0.1, 0.02, 0.3, 0.1, 0.42] },
    },
    {
      id: 'cells/line',
      type: 'line',
      paint: { 'line-color': INTERFERENCE, 'line-width': 0.6, 'line-opacity': ['step', SHARE, 0.25, 0.02, 0.7] },
    },
  ],
};

export class Overlays {
  #asking = new Map();
  failed = new Map(); // layer -> the error to show beside its toggle
  count = new Map();

  constructor(map, app) {
    Object.assign(this, { map, app });
    for (const [name, layers] of Object.entries(LAYERS)) {
      map.addSource(name, { type: 'geojson', data: EMPTY, tolerance: 0.2 });
      for (const layer of layers)
        map.addLayer({ ...layer, source: name, layout: { ...layer.layout, visibility: 'none' } }, UNDER);
    }
    app.state.on(['layers'], () => this.#show());
    app.state.on(
      ['live', 'at', 'window'],
      throttle(() => this.#refresh('cells'), 1500),
    );
    map.on(
      'moveend',
      throttle(() => Object.keys(LAYERS).forEach((name) => this.#refresh(name)), 600),
    );
    setInterval(() => this.#refresh('cells'), 60_000);
    this.#show();
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

  async #refresh(name) {
    if (!this.#on(name)) return;
    this.#asking.get(name)?.abort();
    const asking = new AbortController();
    this.#asking.set(name, asking);
    try {
      const features = await this.app.api.items(name, this.#query(name), { cap: CAP, signal: asking.signal });
      this.map
        .getSource(name)
        .setData({ type: 'FeatureCollection', features: name === 'cells' ? mergeCells(features) : features });
      this.count.set(name, features.length);
      this.failed.delete(name);
    } catch (error) {
      if (isAbort(error)) return;
      this.failed.set(name, error.message);
    }
    this.app.bus.emit('overlay', name);
  }

  #query(name) {
    const bbox = bboxOf(this.map);
    if (name !== 'cells') return { bbox };
    const { live, at, window } = this.app.state.get();
    const end = live ? this.app.clock.now() : at;
    return { bbox, resolution: CELL_RESOLUTION, datetime: `${rfc3339(end - window * 1000)}/${rfc3339(end)}` };
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
    type: 'Feature', geometry, properties: { h3, good, bad, aircraft: most, share: good + bad ? over / (good + bad) : 0 },
  })); // prettier-ignore
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
