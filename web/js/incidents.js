// Incidents that the page knows: anomalies that belong together, as the service has joined them, and what people say of them.
import { throttle } from './bus.js';
import { boundsOf, positionsOf } from './geo.js';
import { parseTime, rfc3339 } from './time.js';

const CAP = 3000;
const AGAIN_MS = 30_000;
const WHEN = /; \d{4}-\d\d-\d\d \d\d:\d\d[\d: -]*(to [\d: -]+)? UTC$/; // the page says when in the reader's own zone

// A feature, checked; null where it cannot be shown.
export function readIncident(feature) {
  const p = feature?.properties;
  const [start, end] = [parseTime(p?.start), parseTime(p?.end ?? p?.start)];
  if (!p || typeof feature.id !== 'string' || Number.isNaN(start) || Number.isNaN(end)) return null;
  const timeline = (Array.isArray(p.timeline) ? p.timeline : []).map((one) => ({ ...one, time: parseTime(one.time) }));
  return {
    feature,
    id: feature.id,
    start,
    end,
    open: p.state === 'open',
    merged: p.state === 'merged' ? p.merged_into : null,
    priority: String(p.priority ?? 'low'),
    raised: p.raised ?? '',
    confidence: Number(p.confidence) || 0,
    band: String(p.band ?? ''),
    status: String(p.status ?? 'new'),
    queue: p.queue ?? null,
    classes: Array.isArray(p.classes) ? p.classes.map(String) : [],
    members: Array.isArray(p.members) ? p.members.filter(Boolean) : [],
    count: Number(p.anomalies) || timeline.length,
    summary: String(p.summary ?? '').replace(WHEN, ''),
    timeline,
    anomalies: Array.isArray(p.anomaly_ids) ? p.anomaly_ids : timeline.map((one) => one.anomaly),
    ...placeOf(feature.geometry),
  };
}

function placeOf(geometry) {
  const box = geometry ? boundsOf(positionsOf(geometry)) : null;
  if (!box) return { box, anchor: null, size: 0 };
  return { box, anchor: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], size: Math.max(box[2] - box[0], box[3] - box[1]) };
}

export class Incidents {
  #app;
  #byId = new Map();
  #of = new Map(); // anomaly -> incident
  queues = [];
  version = 0; // goes up with every change
  #asked = false;

  constructor(app) {
    this.#app = app;
    this.load = throttle(() => this.#load(), 3000);
    app.bus.on('anomaly:new', this.load);
    app.bus.on('stream:incident', (feature) => this.take([feature]));
    app.state.on(['live', 'end', 'window'], this.load);
    app.bus.on('resync', this.load);
    app.bus.on('anomalies', () => this.#asked || this.load()); // the first of them: the time is known now
    setInterval(() => document.hidden || this.load(), AGAIN_MS);
  }

  get any() {
    return this.#byId.size > 0;
  }

  get(id) {
    return this.#byId.get(id) ?? null;
  }

  // The incident that an anomaly belongs to; null where it stands alone or nobody knows.
  of(anomaly) {
    return this.#byId.get(this.#of.get(anomaly)) ?? null;
  }

  async start() {
    await this.#load();
    this.queues = await this.#app.api.get('/queues').then(({ queues }) => queues, () => []); // prettier-ignore
    this.#app.bus.emit('incidents');
  }

  async #load() {
    if (!this.#app.clock.known()) return;
    this.#asked = true;
    const [start, end] = this.#app.span();
    try {
      this.take(await this.#app.api.items('incidents', { datetime: `${rfc3339(Math.round(start))}/${rfc3339(Math.round(end))}` }, { cap: CAP }));
    } catch (error) {
      // Without incidents the list groups by itself: the anomalies are all there.
      console.info(`incidents did not load: ${error.message}`);
    }
  }

  take(features) {
    this.version += 1;
    for (const one of features.map(readIncident).filter(Boolean)) {
      if (one.merged) this.#byId.delete(one.id);
      else this.#byId.set(one.id, one);
      if (!one.merged) for (const id of one.anomalies) this.#of.set(id, one.id);
    }
    this.#app.bus.emit('incidents');
  }

  // The whole of one: timeline, anomalies, reviews. Its anomalies are then known to the page too.
  async whole(id) {
    const answer = await this.#app.api.get(`/incidents/${encodeURIComponent(id)}`);
    this.take([answer]);
    this.#app.anomalies.take(answer.anomalies?.features ?? []);
    return answer;
  }
}
