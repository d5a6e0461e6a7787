// The alerts of whoever is at the page: the latest, then each as it comes, without gaps or doubles; which were seen.

const BACK = 2000; // numbers that are looked back over at first: they are counted over all accounts
const PAGE = 1000;
const MOST = 500;
const SEEN = 'skysift.alerts.seen';
const LATE_MS = 120_000; // what comes later than this after it was made was caught up on: no sound for it
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15_000];

// A feature of /alerts, checked; null where it cannot be shown.
export function readAlert(feature) {
  const p = feature?.properties;
  const time = Date.parse(p?.time ?? '');
  const seq = Number(p?.seq ?? NaN);
  if (!p || typeof feature.id !== 'string' || Number.isNaN(time) || !Number.isFinite(seq)) return null;
  const { coordinates } = feature.geometry ?? {};
  const place = Array.isArray(coordinates) && coordinates.slice(0, 2).every(Number.isFinite) ? coordinates.slice(0, 2) : null;
  const text = String(p.text ?? '');
  return { ...p, id: feature.id, seq, time, place, text, created: Date.parse(p.created ?? '') || time };
}

// The newest first, each once, no more than are looked at.
export function merged(list, more) {
  const byId = new Map([...list, ...more].map((one) => [one.id, one]));
  return [...byId.values()].sort((a, b) => b.seq - a.seq).slice(0, MOST);
}

export class Alerts {
  #app;
  #source = null;
  #tries = 0;
  #timer = 0;
  #make;
  list = [];
  connected = false;
  error = null;
  seen = 0; // the number up to which they were looked at

  constructor(app, { make = (url) => new EventSource(url) } = {}) {
    this.#app = app;
    this.#make = make;
    app.bus.on('me', () => this.start());
    app.bus.on('awake', (slept) => this.#awake(slept));
  }

  get unseen() {
    return this.list.filter((one) => one.seq > this.seen).length;
  }

  async start() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.list = [];
    if (!this.#app.access.signedIn) return this.#tell();
    this.seen = this.#remembered();
    this.#listen();
    return this.#tell();
  }

  // The stream says first where it stands: what lies before is asked for once.
  async #greeted({ lastEventId }) {
    if (this.list.length) return;
    try {
      await this.#before(Number(lastEventId) || 0);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    // Who comes for the first time has missed nothing.
    if (this.seen === null) this.look();
    this.#tell();
  }

  async #before(newest) {
    let [since, full] = [Math.max(0, newest - BACK), true];
    while (full) {
      const { features, next, numberReturned: n } = await this.#app.api.get('/alerts', { since, limit: PAGE });
      this.list = merged(this.list, features.map(readAlert).filter(Boolean));
      full = n === PAGE && next > since;
      since = next;
    }
  }

  // After an HTTP error the page itself comes back, from where it was.
  #listen() {
    const since = this.list[0]?.seq;
    this.#source = this.#make(since ? `/alerts/stream?since=${since}` : '/alerts/stream');
    this.#source.addEventListener('hello', (event) => this.#greeted(event));
    this.#source.onopen = () => this.#state(true);
    this.#source.onerror = () => this.#failed();
    this.#source.addEventListener('alert', (event) => this.#heard(event));
  }

  #failed() {
    this.#state(false);
    if (this.#source.readyState !== 2) return;
    const wait = BACKOFF_MS[Math.min(this.#tries, BACKOFF_MS.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#listen(), wait);
  }

  // Nobody who looks again waits out a pause, and a line from before the computer slept is dead.
  #awake(slept) {
    if (!this.#app.access.signedIn || (this.connected && !slept)) return;
    clearTimeout(this.#timer);
    this.#source.close();
    this.#tries = 0;
    this.#listen();
  }

  #state(connected) {
    if (connected) this.#tries = 0;
    this.connected = connected;
    this.#app.bus.emit('alerts');
  }

  #heard({ data, lastEventId }) {
    const feature = JSON.parse(data);
    const one = readAlert({ ...feature, properties: { seq: Number(lastEventId), ...feature.properties } });
    if (!one || this.list.some(({ id }) => id === one.id)) return;
    this.list = merged(this.list, [one]);
    this.#tell();
    if (Date.now() - one.created < LATE_MS) this.#app.bus.emit('alert:new', one);
  }

  // All of them have been looked at.
  look() {
    const newest = this.list[0]?.seq ?? 0;
    if (newest === this.seen) return;
    this.seen = newest;
    try {
      localStorage.setItem(`${SEEN}.${this.#app.access.me.account}`, String(newest));
    } catch {
      // Private windows may refuse: then they count as unseen again after a reload.
    }
    this.#tell();
  }

  #remembered() {
    try {
      const kept = localStorage.getItem(`${SEEN}.${this.#app.access.me.account}`);
      return kept === null ? null : Number(kept);
    } catch {
      return null;
    }
  }

  #tell() {
    this.#app.bus.emit('alerts');
  }
}

