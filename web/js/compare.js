// Two times side by side: a second map under the same camera, seen to the right of a line that can be moved.
import { createAircraftLayer } from './aircraft_layer.js';
import { AnomalyLayers } from './anomaly_layers.js';
import { MARKS, SHAPES } from './anomaly_style.js';
import { inBox } from './anomalies.js';
import { AreaLayer } from './area_layer.js';
import { createWorld, WorldLoader } from './compare_world.js';
import { h, setText } from './dom.js';
import { createMap } from './map.js';
import { Overlays } from './overlays.js';
import { addOwn } from './own_layers.js';
import { iconButton } from './parts.js';
import { TEXTS } from './texts.js';
import { TileOverlays } from './tile_overlays.js';
import { clockText, dayText } from './time.js';
import { bindSieve } from './traffic.js';
import { Track } from './track.js';

const T = TEXTS.tools.compare;
const HOUR_MS = 3_600_000;
const CHOICES = [1, 6, 24, 48, 168, 672]; // hours
const STEP = 0.02;
const EVERY_MS = 2000;
const REACH = 6;
const FIRST_MS = 5000;

export class Compare {
  #app;
  #root;
  #map;
  #world = null;
  #other = null; // the second map
  #layers = null; // its anomalies
  #loader = null;
  #share = 0.5; // of the room between the panels that shows the time of the page
  #host = h('div', { class: 'compare-map', 'aria-hidden': 'true' });
  #here = h('div', { class: 'compare-tag here' });
  #when = h('span', { text: T.loading });
  #choice = h('select', {
    'aria-label': T.choice,
    onchange: () => this.#app.state.set({ compare: Number(this.#choice.value) }),
  });
  #there;
  #line;

  constructor(root, map, app) {
    this.#app = app;
    this.#root = root;
    this.#map = map;
    this.#there = h(
      'div',
      { class: 'compare-tag there' },
      this.#when,
      this.#choice,
      iconButton('close', T.close, () => this.close(), { small: true }),
    );
    this.#line = h(
      'div',
      {
        class: 'compare-line',
        role: 'slider',
        tabindex: '0',
        'aria-label': T.line,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        onkeydown: (event) => this.#keyed(event),
      },
      h('span'),
    );
    root.append(this.#host, this.#here, this.#there, this.#line);
    this.#bindLine();
    app.state.on(['compare'], () => this.#follow());
    app.state.on(['live', 'at', 'end', 'window', 'layers', 'off', 'only', 'area'], () => this.#loader?.load());
    map.on('move', () => this.#sync());
    map.on('moveend', () => this.#loader?.load());
    addEventListener('resize', () => this.#place());
    setInterval(() => this.#tick(), EVERY_MS);
    this.#follow();
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  close() {
    if (!this.isOpen) return false;
    if (this.#root.contains(document.activeElement)) this.#app.timebar.jump.button.focus();
    this.#app.state.set({ compare: 0 });
    return true;
  }

  async #follow() {
    const { compare } = this.#app.state.get();
    this.#root.hidden = !compare;
    document.body.toggleAttribute('data-compare', Boolean(compare));
    if (!compare) return;
    this.#choices(compare);
    this.#place();
    await this.#open();
    this.#sync();
    this.#loader.load();
    this.#tick();
  }

  // Made once, on first need; later only shown and hidden.
  #open() {
    this.opening ??= this.#make();
    return this.opening;
  }

  async #make() {
    await settled(this.#map);
    const world = createWorld(this.#app);
    const other = await createMap(this.#host, world.state);
    other.getCanvas().tabIndex = -1;
    this.#layers = new AnomalyLayers(other, world);
    world.overlays = new Overlays(other, world);
    new TileOverlays(other, world);
    new Track(other, world);
    world.bus.emit('classes');
    addOwn(other, createAircraftLayer(world), 'selected/line', () => this.#showAircraft(other));
    bindSieve(world, () => other.triggerRepaint());
    new AreaLayer(other, world);
    this.#app.state.on(['layers'], () => this.#showAircraft(other));
    this.#other = other;
    this.#world = world;
    this.#loader = new WorldLoader(this.#app, world, other);
    this.#host.classList.add('ready');
  }

  #showAircraft(other) {
    const { layers } = this.#app.state.get();
    other.setLayoutProperty('aircraft', 'visibility', layers.aircraft ? 'visible' : 'none');
  }

  #choices(compare) {
    const hours = -compare / HOUR_MS;
    const all = CHOICES.includes(hours) ? CHOICES : [...CHOICES, hours];
    const text = (n) => T.earlier(T.hours[n] ?? T.otherHours(Math.round(Math.abs(n))));
    this.#choice.replaceChildren(...all.map((n) => h('option', { value: -n * HOUR_MS, text: text(n), selected: n === hours })));
  }

  #sync() {
    if (!this.isOpen || !this.#other) return;
    const map = this.#map;
    this.#other.jumpTo({
      center: map.getCenter(),
      zoom: map.getZoom(),
      bearing: map.getBearing(),
      pitch: map.getPitch(),
      padding: map.getPadding(),
    });
  }

  #tick() {
    if (!this.isOpen || !this.#world || document.hidden || !this.#app.clock.known()) return;
    this.#loader.load();
    const at = this.#app.time.at();
    const { compare } = this.#app.state.get();
    setText(this.#here, `${stamp(at)} · ${this.#said(this.#app)}`);
    const counted = () => (this.#world.anomalies.covered ? this.#said(this.#world) : T.counting);
    const there = this.#app.stored.before(at + compare) ? T.unstored : counted();
    setText(this.#when, `${stamp(at + compare)} · ${there}`);
    this.#other.triggerRepaint();
  }

  // What there is of what is looked at: cells where interference alone is, else anomalies.
  #said(world) {
    const { layers, off } = this.#app.state.get();
    const cells = layers.cells && this.#app.classes.every(({ id }) => off.has(id));
    return cells ? T.cells(world.overlays.red) : T.count(this.#count(world));
  }

  // Anomalies of the enabled classes in view.
  #count({ anomalies, state }) {
    const bounds = this.#map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const value = state.get();
    return anomalies.shown(value).filter((one) => !value.off.has(one.cls) && inBox(one, box)).length;
  }

  // Whether a point shows the other time.
  covers({ x }) {
    return this.isOpen && this.#other !== null && x >= this.#x();
  }

  // What lies under a point that shows the other time: undefined where it shows the page's own.
  pick({ x, y }) {
    if (!this.covers({ x })) return undefined;
    const around = [
      [x - REACH, y - REACH],
      [x + REACH, y + REACH],
    ];
    const found = this.#other.queryRenderedFeatures(around, { layers: [...MARKS, ...SHAPES] });
    const { off } = this.#app.state.get();
    const marked = this.#layers.marked({ x, y }, REACH).at(-1); // the topmost
    const one = marked ?? found.map((f) => this.#world.anomalies.get(f.properties.id)).find((other) => other && !off.has(other.cls));
    return one ? { ref: { kind: 'anomaly', id: one.id }, one } : null;
  }

  #room() {
    const { left = 0, right = 0 } = this.#map.getPadding();
    return [left, innerWidth - right];
  }

  #x() {
    const [from, to] = this.#room();
    return from + (to - from) * this.#share;
  }

  #place() {
    const x = this.#x();
    this.#root.style.setProperty('--x', `${Math.round(x)}px`);
    this.#line.setAttribute('aria-valuenow', String(Math.round(this.#share * 100)));
  }

  #move(share) {
    this.#share = Math.max(0, Math.min(1, share));
    this.#place();
  }

  #bindLine() {
    this.#line.addEventListener('pointerdown', (event) => this.#line.setPointerCapture(event.pointerId));
    this.#line.addEventListener('pointermove', ({ buttons, clientX }) => {
      const [from, to] = this.#room();
      if (buttons) this.#move((clientX - from) / (to - from));
    });
  }

  #keyed(event) {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -1, End: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.#move(this.#share + by);
  }
}

// The page's own map comes first: both take their pictures from the same workers.
const settled = (map) =>
  new Promise((resolve) => {
    map.once('idle', resolve);
    setTimeout(resolve, FIRST_MS);
    map.triggerRepaint();
  });

const stamp = (ms) => `${dayText(ms)} ${clockText(ms, false)}`;
