// From one anomaly to the next in time: first among what is known, then by asking the store.
import { TEXTS } from './texts.js';

const T = TEXTS.tools.steps;
const SOON_MS = 1000; // it is shown this long after it began, so that it is there
const MANY = 100;

// The one after (1) or before (-1) an instant among those in order of start; `current` is where we stand, if it is one.
export function neighbour(list, { at, current, direction }) {
  const sorted = [...list].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  const here = sorted.findIndex((one) => one.id === current && Math.abs(one.start + SOON_MS - at) < 2 * SOON_MS);
  if (here >= 0) return sorted[here + direction] ?? null;
  if (direction > 0) return sorted.find((one) => one.start + SOON_MS > at) ?? null;
  return sorted.findLast((one) => one.start + SOON_MS < at) ?? null;
}

export class TimeSteps {
  #app;
  #busy = false;

  constructor(app) {
    this.#app = app;
  }

  async go(direction) {
    if (this.#busy || !this.#app.clock.known()) return;
    this.#busy = true;
    try {
      const found = this.#find(direction) ?? (await this.#ask(direction));
      if (found) this.#show(found);
      else this.#app.bus.emit('trouble', direction > 0 ? T.noLater : T.noEarlier);
    } catch (error) {
      this.#app.bus.emit('trouble', T.failed(error.message));
    }
    this.#busy = false;
  }

  // Only within what was loaded: beyond it, the nearest known one need not be the nearest.
  #find(direction) {
    const { state, anomalies, time } = this.#app;
    const { off, selected } = state.get();
    const on = anomalies.all().filter((one) => !off.has(one.cls) && !one.cleared);
    const found = neighbour(on, { at: time.at(), current: selected?.id, direction });
    const [from, to] = anomalies.covered ?? [Infinity, -Infinity];
    return found && found.start >= from && found.start <= Math.max(to, this.#app.clock.live()) ? found : null;
  }

  async #ask(direction) {
    const { api, anomalies, time } = this.#app;
    const at = new Date(Math.round(time.at())).toISOString();
    const query =
      direction > 0 ? { datetime: `${at}/..`, sortby: 'start' } : { datetime: `../${at}`, sortby: '-start' };
    anomalies.take(await api.items('anomalies', { ...query, limit: MANY }, { cap: MANY }));
    const { off, selected } = this.#app.state.get();
    const on = anomalies.all().filter((one) => !off.has(one.cls) && !one.cleared);
    return neighbour(on, { at: time.at(), current: selected?.id, direction });
  }

  #show(one) {
    const { bus, state, time } = this.#app;
    time.scrub(one.start + SOON_MS);
    state.set({ selected: { kind: 'anomaly', id: one.id } });
    bus.emit('reveal', one);
  }
}
