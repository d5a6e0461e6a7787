// All anomalies that the page knows, by id: filled from the collection for a stretch of time, kept fresh by the stream.
import { boundsOf, boxesMeet, positionsOf } from './geo.js';
import { isAbort } from './api.js';
import { parseTime, rfc3339 } from './time.js';

export const RANKS = ['', 'low', 'medium', 'high', 'critical'];
const CAP = 10_000;

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

export class Anomalies {
  #byId = new Map();
  #asking = null;
  covered = null; // [start, end] epoch ms that has been asked for
  chosen = () => true;
  error = null;
  loading = false;

  constructor({ bus, api, clock }) {
    Object.assign(this, { bus, api, clock });
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

  // Fetches [start, end]; a newer call ends an older one.
  async load(start, end, { cleared = false } = {}) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.loading = true;
    this.bus.emit('anomalies');
    const query = { datetime: `${rfc3339(start)}/${rfc3339(end)}` };
    try {
      const names = cleared ? ['anomalies', 'cleared'] : ['anomalies'];
      const pages = await Promise.all(
        names.map((name) => this.api.items(name, query, { cap: CAP, signal: asking.signal })),
      );
      for (const feature of pages.flat()) this.#keep(feature);
      this.covered = [start, end];
      this.error = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error;
    }
    if (this.#asking !== asking) return;
    this.loading = false;
    this.bus.emit('anomalies');
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
    if (fresh && !one.cleared) this.bus.emit('anomaly:new', one);
    this.bus.emit('anomalies');
  }

  #keep(feature) {
    const one = readAnomaly(feature);
    if (!one) return null;
    this.#byId.set(one.id, one);
    if (this.#byId.size > CAP * 2) this.#forget();
    return one;
  }

  // When there are too many, the oldest half goes: rarely, so that it costs nothing per anomaly.
  #forget() {
    const byAge = this.everywhere().sort((a, b) => b.end - a.end);
    for (const one of byAge.slice(CAP)) this.#byId.delete(one.id);
  }
}
