// Which aircraft are shown: a fleet is sifted as the reader chose; panel, chips and table are fetched when they are wanted.
import { throttle } from './bus.js';
import { isFiltering, needsLasting, oddOnes, sieveOf } from './craft_filter.js';
import { h } from './dom.js';
import { iconButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.controls;
const LASTING_MS = 20_000; // so often whole rows are asked for while somebody looks at what ticks leave out
const ODD_MS = 500;
const MOVES_MS = 15_000;

// Keeps the fleet of a world in step with its state's choice. `after`: what is to be drawn then.
export function bindSieve({ anomalies, bus, fleet, state }, after) {
  const sift = () => {
    const { craft } = state.get();
    fleet.sift(sieveOf(craft, craft.odd ? oddOnes(anomalies.shown(state.get())) : undefined));
    after();
  };
  const again = throttle(() => state.get().craft.odd && sift(), ODD_MS);
  state.on(['craft'], sift);
  state.on(['live', 'at', 'window', 'layers'], again);
  bus.on('anomalies', again);
  setInterval(again, MOVES_MS); // the window moves on even when nothing happens
  if (isFiltering(state.get().craft)) sift();
}

export class Traffic {
  #app;
  #map;
  #parts = new Map(); // name -> the promise of what was fetched
  #made = new Map();

  constructor(root, map, app) {
    Object.assign(this, { filter: this.#button('filter', T.filter), table: this.#button('table', T.table) });
    [this.#app, this.#map] = [app, map];
    this.filter.addEventListener('click', () => this.toggle('filter'));
    this.table.addEventListener('click', () => this.toggle('table'));
    root.append(h('div', { class: 'button-stack' }, this.filter, this.table));
    app.state.on(['craft', 'table', 'layers'], () => this.#follow());
    setInterval(() => this.#refresh(), LASTING_MS);
    this.#follow();
  }

  #button(icon, label) {
    return iconButton(icon, label, () => null, { 'aria-expanded': 'false' });
  }

  // What lies on top of the map and belongs to the traffic goes.
  close() {
    return [...this.#made.values()].some((part) => part.close?.());
  }

  async toggle(name) {
    const part = await this.#fetch(name);
    part?.toggle();
  }

  // A button that is pressed twice fetches once.
  #fetch(name) {
    if (!this.#parts.has(name)) this.#parts.set(name, this.#make(name));
    return this.#parts.get(name);
  }

  async #make(name) {
    try {
      const [{ make }] = await Promise.all([PARTS[name](), dressed()]);
      const part = make(this.#app, this.#map, this[name]);
      this.#made.set(name, part);
      return part;
    } catch (error) {
      this.#parts.delete(name);
      this.#app.bus.emit('trouble', T.unread(error.message));
      return null;
    }
  }

  #follow() {
    const { craft, layers, table } = this.#app.state.get();
    if (layers.receiver) this.#fetch('rings');
    this.filter.setAttribute('aria-pressed', String(isFiltering(craft)));
    this.table.setAttribute('aria-pressed', String(Boolean(table)));
    if (isFiltering(craft)) this.#fetch('chips');
    if (table) this.#fetch('table');
    const wanted = Boolean(table) || needsLasting(craft);
    if (wanted && !this.asked) this.#refresh();
    this.asked = wanted;
  }

  #refresh() {
    const { live, craft, table } = this.#app.state.get();
    if (live && !document.hidden && this.#app.clock.known() && (table || needsLasting(craft))) this.#app.session.loadAircraft();
  }
}

// The style sheet of these parts, once it is there; one that did not come is asked for again by whoever wants it next.
let sheet = null;
const dressed = () => (sheet ??= fetchSheet('../css/traffic.css'));

function fetchSheet(path) {
  return new Promise((ready, failed) => {
    const link = h('link', { rel: 'stylesheet', href: new URL(path, import.meta.url).href, onload: ready });
    link.addEventListener('error', () => {
      link.remove();
      sheet = null;
      failed(new Error(path.split('/').at(-1)));
    });
    document.head.append(link);
  });
}

const PARTS = {
  filter: () => import('./filter_panel.js'),
  table: () => import('./craft_table.js'),
  rings: () => import('./range_layer.js'),
  chips: () => import('./filter_chips.js'),
};
