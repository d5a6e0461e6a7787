// What of the traffic is left out, over the map: a chip for each filter, which takes it away, and how many aircraft are left.
import { isFiltering, NO_FILTER } from './craft_filter.js';
import { h, setText } from './dom.js';
import { icon } from './icons.js';
import { TRAFFIC } from './texts/traffic_en.js';
import { inUnit } from './units.js';

const T = TRAFFIC.chips;
const COUNT_MS = 1000;

// [{text, off}]: what each filter says, and what takes it away.
export function chipsOf(filter) {
  const { kind, source, wheres } = TRAFFIC.filter;
  const named = (list, names) => list.split(',').map((one) => names[one]).join(', '); // prettier-ignore
  const said = {
    altitude: [bandText(filter), { low: null, high: null }],
    where: [wheres[filter.where], { where: '' }, filter.where],
    kinds: [named(filter.kinds, kind), { kinds: '' }, filter.kinds],
    sources: [named(filter.sources, source), { sources: '' }, filter.sources],
    text: [`“${filter.text}”`, { text: '' }, filter.text],
    odd: [T.odd, { odd: false }, filter.odd],
  };
  return Object.values(said)
    .filter(([text, , on = text]) => on)
    .map(([text, off]) => ({ text, off }));
}

function bandText({ low, high }) {
  const [from, to] = [low, high].map((feet) => (feet === null ? '' : inUnit(Math.round(feet), 'altitude')));
  return from && to ? T.between(from, to) : from ? T.above(from) : to ? T.below(to) : '';
}

class Chips {
  #app;
  #root = h('div', { class: 'chips', role: 'region', 'aria-label': T.name, hidden: true });
  #count = h('span', { class: 'chips-count' });

  constructor(app) {
    this.#app = app;
    document.querySelector('#where').after(this.#root);
    app.state.on(['craft'], () => this.#draw());
    app.bus.on('prefs', () => this.#draw());
    setInterval(() => this.#number(), COUNT_MS);
    this.#draw();
  }

  #draw() {
    const { craft } = this.#app.state.get();
    const held = this.#root.contains(document.activeElement);
    this.#root.hidden = !isFiltering(craft);
    const chips = chipsOf(craft).map(({ text, off }) => this.#chip(text, { ...craft, ...off }));
    const all = chips.length > 1 ? h('button', { class: 'pill', type: 'button', text: T.clear, onclick: () => this.#set(NO_FILTER) }) : null;
    this.#root.replaceChildren(this.#count, ...chips, ...(all ? [all] : []));
    this.#number();
    this.#app.bus.emit('announce', TRAFFIC.filter.count(this.#app.fleet.shown, this.#app.fleet.size));
    if (held) (this.#root.querySelector('button') ?? document.querySelector('.maplibregl-canvas')).focus();
  }

  #chip(text, craft) {
    return h('button', { class: 'pill', type: 'button', 'aria-label': T.remove(text), title: T.remove(text), onclick: () => this.#set(craft) }, text, icon('close'));
  }

  #set(craft) {
    this.#app.state.set({ craft });
  }

  #number() {
    const { fleet } = this.#app;
    if (!this.#root.hidden) setText(this.#count, TRAFFIC.filter.count(fleet.shown, fleet.size));
  }
}

export const make = (app) => new Chips(app);
