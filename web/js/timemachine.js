// Live or past: keeps clock, state and aircraft in step while the user scrubs and plays.
import { isAbort } from './api.js';
import { REACH_S } from './fleet.js';
import { bboxOf } from './overlays.js';
import { throttle } from './bus.js';
import { TEXTS } from './texts.js';
import { rfc3339 } from './time.js';

const T = TEXTS.tools.past;
const TICK_MS = 250;
const FRAME_MS = 1500; // wall time between two looks at the past while it plays
const LEAD_S = FRAME_MS / 2000; // half of that: a look lies in the middle of the time that it stands for

export class TimeMachine {
  #app;
  #map;
  #rate = 60;
  #asking = null;
  #asked = 0;

  constructor(map, app) {
    this.#app = app;
    this.#map = map;
    this.load = throttle(() => this.#loadThen(), 300);
    app.state.on(['live', 'at', 'speed'], (state, changed) => this.#follow(state, changed));
    map.on('moveend', () => !app.state.get().live && this.load());
    // A link to a past time opens before anybody has told what time it is.
    for (const told of ['stream:hello', 'stream:clock']) app.bus.on(told, () => !this.#asked && !app.state.get().live && this.load());
    setInterval(() => this.#tick(), TICK_MS);
    if (!app.state.get().live) app.clock.play(app.state.get().at, 0);
  }

  // The instant that is shown, epoch ms.
  at() {
    const { live } = this.#app.state.get();
    return live ? this.#app.clock.live() : this.#app.clock.now();
  }

  goLive() {
    this.#app.state.set({ live: true, speed: 0 });
  }

  // Shows the instant; the window stays where it is unless the instant lies outside. `playing`: what plays goes on from there.
  scrub(ms, { playing = false } = {}) {
    const { clock, state } = this.#app;
    const { window, speed: now, live } = state.get();
    const speed = playing && !live ? now : 0;
    let [start, end] = this.#app.span();
    const at = Math.min(ms, clock.live());
    if (at < start) end = at + window * 1000;
    if (at > end) end = at;
    if (speed) clock.play(at, speed);
    state.set({ live: false, at, end: Math.min(end, clock.live()), speed });
    if (speed) this.load();
  }

  // To a time that somebody named: the window ends there, so that all that led to it is in it.
  jump(ms) {
    const at = Math.min(ms, this.#app.clock.live());
    this.#app.state.set({ live: false, at, end: at, speed: 0 });
  }

  shift(windows) {
    const { clock, state } = this.#app;
    const { window } = state.get();
    const end = this.#app.span()[1] + windows * window * 1000;
    if (end >= clock.live()) return this.goLive();
    state.set({
      live: false,
      end,
      at: windows < 0 ? end : Math.min(end, this.at() + windows * window * 1000),
      speed: 0,
    });
  }

  togglePlay() {
    const { live, speed } = this.#app.state.get();
    if (!live) this.#app.state.set({ speed: speed ? 0 : this.#rate });
  }

  setRate(rate) {
    this.#rate = rate;
    if (this.#app.state.get().speed) this.#app.state.set({ speed: rate });
  }

  #follow({ live, at, speed }, changed) {
    const { clock, fleet } = this.#app;
    fleet.reach = Math.max(REACH_S, live ? 0 : speed * 2 * (FRAME_MS / 1000));
    if (live) {
      clock.follow();
      this.#asking?.abort();
      if (changed.includes('live')) fleet.clear();
      if (changed.includes('live')) this.#app.session.loadAircraft();
      return;
    }
    const drifted = Math.abs(clock.now() - at) > 5 * Math.max(1, speed) * TICK_MS;
    if (changed.includes('live') || changed.includes('speed') || drifted || !speed) clock.play(at, speed);
    if (changed.includes('live') || drifted || !speed) this.load();
  }

  #tick() {
    const { state, clock } = this.#app;
    const { live, speed, end } = state.get();
    if (live || !speed) return;
    const at = clock.now();
    if (at >= clock.live() - 1000) return this.goLive();
    state.set({ at, end: Math.max(end, at) });
    if (performance.now() - this.#asked > FRAME_MS) this.load();
  }

  async #loadThen() {
    const { live, layers } = this.#app.state.get();
    if (live || !layers.aircraft || !this.#app.clock.known()) return;
    this.#asked = performance.now();
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const { clock, state } = this.#app;
      const at = rfc3339(Math.round(Math.min(clock.now() + state.get().speed * LEAD_S * 1000, clock.live())));
      const found = await this.#app.api.sky({ at, bbox: bboxOf(this.#map) }, { cap: 15_000, signal: asking.signal });
      if (!this.#app.state.get().live) this.#app.fleet.apply(found, { whole: true });
      this.#map.triggerRepaint();
    } catch (error) {
      if (!isAbort(error)) this.#app.bus.emit('trouble', T.aircraft(error.message));
    }
  }
}
