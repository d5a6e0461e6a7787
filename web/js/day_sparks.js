// How many anomalies of each class each of the last 24 hours brought, for the little curves; asked for when the page has time.
const HOURS = 24;
const AGAIN_MS = 120_000;
const FIRST_MS = 1500; // what is on the map comes first

export class DaySparks {
  #app;
  #classes = null;

  constructor(app) {
    this.#app = app;
    setTimeout(() => this.#ask(), FIRST_MS);
    setInterval(() => document.hidden || this.#ask(), AGAIN_MS);
  }

  // Counts by hour, the newest last; null where the page shows something other than the last 24 hours everywhere, or nobody knows.
  of(id) {
    const { live, only } = this.#app.state.get();
    return live && !only ? (this.#classes?.[id] ?? null) : null;
  }

  // Without an answer the curves keep to the time of the bar, of which the page knows by itself.
  async #ask() {
    const { api, bus } = this.#app;
    const answer = await api.get('/stats', { hours: HOURS, f: 'json' }).catch(() => null);
    if (!answer) return;
    this.#classes = answer.classes;
    bus.emit('day');
  }
}
