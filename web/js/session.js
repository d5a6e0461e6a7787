// Brings data and page together: loads what the state asks for, hears the stream, and catches up after it was away.
import { throttle } from './bus.js';
import { newestOf } from './early.js';
import { TEXTS } from './texts.js';
import { parseTime } from './time.js';
import { typicalBounds } from './geo.js';
import { goBounds } from './map.js';

const CLASSES_MS = 60_000;
const STARTING_MS = 5000; // while the engine starts, it says soon what it runs
const BEHIND_MS = 5000; // anomalies of less than this come with the stream
const T = TEXTS.session;
const UNKNOWN = { title: T.unknown, style: {}, params: {}, describe: {}, priority: 'low', scope: 'aircraft' };

export class Session {
  #app;
  #map;
  #fitted = false;
  #started = false;
  #early = false; // whether all anomalies that are there were asked for before the stream was heard
  #begun = null; // once the anomalies that were asked for early are there
  #askedTo = Infinity; // the end of the time for which anomalies were asked last, epoch ms
  #anew = true; // whether anomalies that are there already are to be asked for again
  waiting = false; // connected, but nothing has ever been observed

  constructor(map, app) {
    this.#app = app;
    this.#map = map;
    const { bus, state } = app;
    this.loadAnomalies = throttle(() => this.#loadAnomalies(), 400);
    this.reloadClasses = throttle(() => this.#loadClasses(), 3000);
    bus.on('stream:hello', (hello) => this.#hello(hello));
    bus.on('stream:clock', ({ data_time: time }) => this.#heardTime(time));
    bus.on('stream:aircraft', (message) => this.#heardAircraft(message));
    bus.on('resync', () => this.#resync());
    bus.on('anomaly:new', (one) => this.#announce(one));
    state.on(['live', 'end', 'window', 'layers'], (_, changed) => this.#cover(changed));
    setInterval(() => document.hidden || this.#loadClasses(), CLASSES_MS);
  }

  async start() {
    const { classes, sky } = this.#app.early;
    await Promise.all([this.#loadClasses(classes), this.loadAircraft(sky), (this.#begun ??= this.#begin())]);
  }

  #hello({ data_time: time, title }) {
    this.waiting = !Number.isFinite(parseTime(time));
    if (typeof title === 'string' && title) this.#app.bus.emit('title', title.slice(0, 60));
    this.#heardTime(time);
    // Aircraft may have told the time before, and an older one; what was asked for early may have changed before the stream was heard.
    if (this.#early || parseTime(time) > this.#askedTo + BEHIND_MS) this.loadAnomalies();
    this.#early = false;
  }

  #heardTime(time) {
    if (Number.isFinite(parseTime(time))) this.#awake();
    this.#app.clock.sync(parseTime(time));
    if (this.#started || !this.#app.clock.known()) return;
    this.#started = true;
    this.#loadFirst();
  }

  // The engine has begun: what it runs is known now.
  #awake() {
    if (!this.waiting) return;
    this.waiting = false;
    this.reloadClasses();
  }

  #heardAircraft(sky) {
    if (!this.#app.state.get().live) return;
    const time = Number(sky.meta.time);
    this.#heardTime(time);
    this.#app.fleet.apply([sky], { time });
  }

  #resync() {
    this.#loadClasses();
    this.#anew = true;
    this.#loadAnomalies();
    if (this.#app.state.get().live) this.loadAircraft();
  }

  async loadAircraft(answer = null) {
    const { api, bus, fleet, state } = this.#app;
    try {
      const tables = await (answer ?? api.sky());
      if (!state.get().live) return;
      const newest = newestOf(tables);
      if (newest && !this.#app.clock.known()) this.#heardTime(newest);
      fleet.apply(tables, { whole: true });
      this.#map.triggerRepaint();
      this.#firstFit();
      bus.emit('aircraft');
    } catch (error) {
      bus.emit('trouble', T.aircraft(error.message));
    }
  }

  async #loadClasses(answer = null) {
    const { api, bus } = this.#app;
    try {
      const { classes } = await (answer ?? api.get('/classes'));
      const before = JSON.stringify(this.#app.classes);
      this.#app.classes = classes.filter((one) => typeof one.id === 'string');
      if (JSON.stringify(this.#app.classes) !== before) bus.emit('classes');
      if (!this.#app.classes.some((one) => one.active)) setTimeout(this.reloadClasses, STARTING_MS);
    } catch (error) {
      if (!this.#app.classes.length) bus.emit('trouble', T.classes(error.message));
    }
  }

  // What was asked for early is there first; the rest of it follows with the stream's first word.
  async #loadFirst() {
    await (this.#begun ??= this.#begin());
    if (!this.#early) this.#loadAnomalies();
  }

  async #loadAnomalies() {
    if (!this.#app.clock.known()) return;
    await (this.#begun ??= this.#begin());
    const [start, end] = this.#app.span();
    const { anomalies, state } = this.#app;
    const { layers } = state.get();
    this.#askedTo = end;
    const more = !this.#anew && !(layers.cleared && !this.cleared);
    if (await anomalies.load(start, end, { cleared: layers.cleared, more })) [this.cleared, this.#anew] = [layers.cleared, false];
    this.#firstFit();
    if (this.#app.anomalies.all().some((one) => !this.#app.classes.some((c) => c.id === one.cls))) this.reloadClasses();
  }

  // Takes the anomalies that were asked for while the map started.
  async #begin() {
    const early = await this.#app.early.anomalies.catch(() => null); // then they are asked for like any others
    if (!early) return;
    this.#app.anomalies.begin(early.span, early.features);
    this.#anew = false;
    this.#early = true;
    this.#firstFit();
  }

  // Asks for more only when the window reaches beyond what is there, and only for that; coming back to live asks for all.
  #cover(changed) {
    if (!this.#app.clock.known()) return;
    const { layers, live } = this.#app.state.get();
    const [start, end] = this.#app.span();
    const { covered } = this.#app.anomalies;
    const within = covered && start >= covered[0] - 60_000 && (live || end <= covered[1] + 60_000);
    if ((live && changed.includes('live')) || (layers.cleared && !this.cleared)) this.#anew = true;
    if (!within || this.#anew) this.loadAnomalies();
  }

  // The first look goes to where the aircraft are, unless the link says otherwise.
  #firstFit() {
    if (this.#fitted || this.#app.state.get().view) return;
    const box = this.#box(this.#app.anomalies.all());
    if (!box) return;
    this.#fitted = true;
    const camera = this.#map.cameraForBounds(
      [
        [box[0], box[1]],
        [box[2], box[3]],
      ],
      { padding: 24, maxZoom: 7 },
    );
    if (camera) this.#map.jumpTo({ ...camera, zoom: Math.max(1.2, camera.zoom) });
  }

  fit() {
    const { anomalies, state } = this.#app;
    const box = this.#box(anomalies.shown(state.get())); // not those of other times that were looked at
    if (box) goBounds(this.#map, box, { maxZoom: 7 });
  }

  #box(anomalies) {
    const points = this.#app.fleet.all().map((one) => [one.lon, one.lat]);
    for (const one of anomalies) if (one.anchor) points.push(one.anchor);
    const box = typicalBounds(points);
    return box && [box[0] - 0.5, box[1] - 0.5, box[2] + 0.5, box[3] + 0.5];
  }

  classOf(id) {
    return this.#app.classes.find((one) => one.id === id) ?? { ...UNKNOWN, id, title: id.replaceAll('-', ' ') };
  }

  // Only what matters is read out to screen readers.
  #announce(one) {
    if (one.rank >= 3 && one.open)
      this.#app.bus.emit('announce', T.fresh(TEXTS.priorities[one.priority], this.classOf(one.cls).title, one.explanation));
  }
}
