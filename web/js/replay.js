// Plays just the stretch of an anomaly: from a little before to a little after, fast enough to be seen in one go.
import { WINDOWS } from './state.js';

const LEAD_MS = 60_000;
const LASTS_S = 20; // how long a replay should take, wall time
const SLOWEST = 1;
const FASTEST = 300;

// Where it begins, where it stops, how fast, and the window of the time bar that holds it.
export function planReplay(one, live) {
  const lead = Math.max(LEAD_MS, (one.end - one.start) * 0.1);
  const at = one.start - lead;
  const stop = Math.min(one.end + lead, live - 2000);
  const long = (stop - at) / 1000;
  const speed = Math.max(SLOWEST, Math.min(FASTEST, Math.round(long / LASTS_S)));
  const window = WINDOWS.find((seconds) => seconds >= long * 1.2) ?? WINDOWS[WINDOWS.length - 1];
  return { at, stop, speed, window };
}

export class Replay {
  #app;
  #stop = Infinity;
  #set = null; // what this replay told the state last: whoever says otherwise ends it

  constructor(app) {
    this.#app = app;
    app.state.on(['at', 'speed', 'live', 'selected'], (state, changed) => this.#watch(state, changed));
  }

  start(one) {
    const { clock, state } = this.#app;
    const { at, stop, speed, window } = planReplay(one, clock.live());
    this.#stop = stop;
    this.#set = speed;
    state.set({ live: false, at, end: Math.min(clock.live(), Math.max(stop, at + window * 1000)), window, speed: 0 });
    state.set({ speed });
  }

  #watch({ at, speed, live }, changed) {
    if (this.#set === null) return;
    const taken = live || changed.includes('selected') || (changed.includes('speed') && speed !== this.#set && speed !== 0);
    if (taken) this.#set = null;
    else if (at >= this.#stop) {
      this.#set = null;
      this.#app.state.set({ speed: 0, at: this.#stop });
    }
  }
}
