// All anomalies that the page knows, by id: filled from the collection for stretches of time, kept fresh by the stream.
import { boundsOf, boxesMeet, positionsOf } from './geo.js';
import { isAbort } from './api.js';
import { parseTime, rfc3339 } from './time.js';

export const RANKS = ['', 'low', 'medium', 'high', 'critical'];
export const CAP = 10_000; // so many at once
const SETTLED_MS = 15 * 60_000; // what ended longer ago changes no more by itself

// A feature, checked and with what the page computes of it. null where it cannot be shown.
export function readAnomaly(feature) {
  const p = feature?.properties;
  const start = parseTime(p?.start);
  const end = parseTime(p?.end ?? p?.start);
  if (!p || typeof feature.id !== 'string' || Number.isNaN(start) || Number.isNaN(end)) return null;
  const positions = positionsOf(feature.geometry).filter(([lng, lat]) => Number.isFinite(lng) && Number.isFinite(lat));
  const box = boundsOf(positions);
  return {
    feature,
    id: feature.id,
    cls: String(p.class),
    icao24: p.icao24 ?? null,
    members: Array.isArray(p.members) ? p.members.filter(Boolean) : [],
    callsign: p.callsign ?? '',
    start,
    end,
    open: p.state === 'open',
    cleared: p.state === 'cleared' ? p.cleared || 'cleared' : '',
    priority: RANKS.includes(p.priority) ? p.priority : 'low',
    rank: Math.max(1, RANKS.indexOf(p.priority)),
    confidence: Math.max(0, Math.min(1, Number(p.confidence) || 0)),
    explanation: String(p.explanation ?? ''),
    evidence: p.evidence && typeof p.evidence === 'object' ? p.evidence : {},
    box,
    size: box ? Math.max(box[2] - box[0], box[3] - box[1]) : 0,
    anchor: anchorOf(feature.geometry, positions, box),
  };
}

// Where the marker stands: the newest point of a path, the middle of anything else.
function anchorOf(geometry, positions, box) {
  if (!box) return null;
  if (/Line/.test(geometry.type)) return positions[positions.length - 1].slice(0, 2);
  if (positions.length === 1) return positions[0].slice(0, 2);
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

// How long after its last evidence an anomaly still counts as "active then" when looking into the past.
export const trailMs = (windowS) => Math.max(60, windowS / 48) * 1000;

export function inTime(one, { live, at, window }, now) {
  return live ? one.end >= now - window * 1000 : one.start <= at && one.end >= at - trailMs(window);
}

export function inBox(one, box) {
  return Boolean(one.box) && boxesMeet(one.box, box);
}

const ORDER = {
  priority: (a, b) =>
    b.rank - a.rank ||
    Number(b.open) - Number(a.open) ||
    b.confidence - a.confidence ||
    b.end - a.end ||
    (a.id < b.id ? -1 : 1),
  confidence: (a, b) => b.confidence - a.confidence || b.rank - a.rank || b.end - a.end || (a.id < b.id ? -1 : 1),
  newest: (a, b) => b.end - a.end || b.rank - a.rank || (a.id < b.id ? -1 : 1),
};
export const sorted = (list, by) => [...list].sort(ORDER[by] ?? ORDER.priority);

const apart = ([start, end], covered) => !covered || end < covered[0] || start > covered[1];

// What is to be asked for so that [start, end] is covered too: what is missing before and after, or all of it.
export function missingOf([start, end], covered) {
  if (apart([start, end], covered)) return [[start, end]];
  const before = start < covered[0] ? [[start, covered[0]]] : [];
  return end > covered[1] ? [...before, [covered[1], end]] : before;
}

const joined = ([start, end], covered) =>
  apart([start, end], covered) ? [start, end] : [Math.min(start, covered[0]), Math.max(end, covered[1])];

export class Anomalies {
  #byId = new Map();
  #asking = null;
  covered = null; // [start, end] epoch ms that has been asked for
  chosen = () => true;
  error = null;
  loading = false;

  // `span()`: [start, end] of the time that is looked at, epoch ms.
  constructor({ bus, api, clock, span }) {
    Object.assign(this, { bus, api, clock, span });
    bus.on('stream:anomaly', (feature) => this.#heard(feature));
  }

  get(id) {
    return this.#byId.get(id);
  }

  // Those of the place that was chosen (where.js); every part of the page counts and shows these.
  all() {
    return this.everywhere().filter(this.chosen);
  }

  everywhere() {
    return [...this.#byId.values()];
  }

  // Anomalies of the time that the state shows, cleared ones only where asked for.
  shown(state) {
    const now = this.clock.now();
    return this.all().filter((one) => (!one.cleared || state.layers.cleared) && inTime(one, state, now));
  }

  // Those of a span that were asked for before there was anybody to take them. The youngest are asked for again: they may
  // have ended or gone on before the stream was heard.
  begin([start, end], features) {
    for (const feature of features) this.#keep(feature);
    this.covered = [start, Math.max(start, end - SETTLED_MS)];
    this.bus.emit('anomalies');
  }

  // Fetches [start, end], or with `more` only what of it is missing; a newer call ends an older one. Whether it came.
  async load(start, end, { cleared = false, more = false } = {}) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.loading = true;
    this.bus.emit('anomalies');
    const missing = more ? missingOf([start, end], this.covered) : [[start, end]];
    try {
      const names = cleared ? ['anomalies', 'cleared'] : ['anomalies'];
      const ask = (name, [from, to]) =>
        this.api.items(name, { datetime: `${rfc3339(from)}/${rfc3339(to)}` }, { cap: CAP, signal: asking.signal });
      const pages = await Promise.all(names.flatMap((name) => missing.map((stretch) => ask(name, stretch))));
      for (const feature of pages.flat()) this.#keep(feature);
      const all = !this.#forget((start + end) / 2);
      this.covered = more && all ? joined([start, end], this.covered) : [start, end];
      this.error = null;
    } catch (error) {
      if (isAbort(error)) return false;
      this.error = error;
    }
    if (this.#asking !== asking) return false;
    this.loading = false;
    this.bus.emit('anomalies');
    return !this.error;
  }

  // One anomaly that a link names and nobody has loaded yet.
  async fetch(id) {
    const feature = await this.api.get(`/collections/anomalies/items/${encodeURIComponent(id)}`);
    this.#keep(feature);
    this.bus.emit('anomalies');
    return this.get(id);
  }

  // Some that were asked for elsewhere.
  take(features) {
    for (const feature of features) this.#keep(feature);
    this.bus.emit('anomalies');
  }

  #heard(feature) {
    const fresh = !this.#byId.has(feature?.id);
    const one = this.#keep(feature);
    if (!one) return;
    const [start, end] = this.span();
    if (this.#forget((start + end) / 2)) this.covered = null;
    if (fresh && !one.cleared) this.bus.emit('anomaly:new', one);
    this.bus.emit('anomalies');
  }

  // What is told again as it was stays the same thing: nothing is drawn or sorted anew for it.
  #keep(feature) {
    const known = this.#byId.get(feature?.id);
    if (known && JSON.stringify(known.feature) === JSON.stringify(feature)) return known;
    const one = readAnomaly(feature);
    if (!one) return null;
    this.#byId.set(one.id, one);
    return one;
  }

  // Whether there were too many: then half of them go, those furthest from the time that is looked at. Rarely, so that it
  // costs nothing per anomaly.
  #forget(time) {
    if (this.#byId.size <= CAP * 2) return false;
    const away = (one) => Math.max(one.start - time, time - one.end, 0);
    const near = this.everywhere().sort((a, b) => away(a) - away(b));
    for (const one of near.slice(CAP)) this.#byId.delete(one.id);
    return true;
  }
}
