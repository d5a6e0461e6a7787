// The page's data at another time: the same parts as the page itself, on a clock that is shifted.
import { Anomalies } from './anomalies.js';
import { isAbort } from './api.js';
import { throttle } from './bus.js';
import { createBus } from './bus.js';
import { Fleet } from './fleet.js';
import { bboxOf } from './overlays.js';
import { createState } from './state.js';
import { TEXTS } from './texts.js';
import { rfc3339 } from './time.js';

const T = TEXTS.tools.compare;
const NEAR_MS = 60_000;

// The clock of the page, `offset()` ms away.
const shiftedClock = (clock, offset) => ({
  known: () => clock.known(),
  live: () => clock.live() + offset(),
  now: () => clock.now() + offset(),
  rate: () => clock.rate(),
});

export function createWorld(app) {
  const offset = () => app.state.get().compare;
  const [bus, clock] = [createBus(), shiftedClock(app.clock, offset)];
  const state = createState(shifted(app.state.get(), offset()));
  const world = {
    bus,
    clock,
    state,
    api: app.api,
    shifted: true, // nothing here is the latest
    fleet: new Fleet({ clock }),
    anomalies: new Anomalies({ bus, api: app.api, clock, span: () => world.span() }),
    classOf: app.classOf,
    span: () => app.span().map((ms) => ms + offset()),
    get classes() {
      return app.classes;
    },
  };
  app.state.on([...Object.keys(state.get())], (value) => value.compare && state.set(shifted(value, value.compare)));
  app.bus.on('classes', () => bus.emit('classes'));
  app.bus.on('prefs', (changed) => bus.emit('prefs', changed));
  return world;
}

// What stays the user's choice, at the other time.
function shifted(value, offset) {
  return { ...value, at: value.at + offset, end: value.end + offset, selected: null, sheet: null, speed: 0 };
}

// Keeps the other world's anomalies and aircraft in step with the time that is shown.
export class WorldLoader {
  #app;
  #world;
  #map;
  #asking = null;

  constructor(app, world, map) {
    this.#app = app;
    this.#world = world;
    this.#map = map;
    this.load = throttle(() => this.#load(), 1200);
  }

  async #load() {
    const { state, clock } = this.#app;
    if (!state.get().compare || !clock.known()) return;
    const { anomalies, bus } = this.#world;
    anomalies.chosen = this.#app.anomalies.chosen;
    const [start, end] = this.#world.span();
    const { covered } = anomalies;
    if (!covered || start < covered[0] - NEAR_MS || end > covered[1] + NEAR_MS) await anomalies.load(start, end);
    else bus.emit('anomalies');
    this.#world.fleet.reach = this.#app.fleet.reach;
    if (state.get().layers.aircraft) await this.#aircraft();
  }

  async #aircraft() {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const query = { at: rfc3339(Math.round(this.#world.clock.now())), bbox: bboxOf(this.#map) };
    try {
      this.#world.fleet.apply(await this.#app.api.sky(query, { cap: 15_000, signal: asking.signal }), { whole: true });
      this.#map.triggerRepaint();
    } catch (error) {
      if (!isAbort(error)) this.#app.bus.emit('trouble', T.aircraft(error.message));
    }
  }
}
