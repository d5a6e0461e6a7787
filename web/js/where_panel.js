// Drill down: the countries and flight information regions of the anomalies on show, and the areas that were kept.
import { inTime } from './anomalies.js';
import { throttle } from './bus.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { iconButton } from './parts.js';
import { TEXTS } from './texts.js';
import { placesIn } from './where.js';

const T = TEXTS.tools.where;
const KINDS = ['country', 'fir', 'area'];
const MOST = 60;

export class WherePanel {
  #app;
  #kind = 'country';
  #tabs = new Map();
  #list = h('ul', { class: 'places' });
  #drawn = '';

  constructor(root, app) {
    this.#app = app;
    const tab = (kind) => {
      const one = h('button', { type: 'button', text: T.kinds[kind], onclick: () => this.#choose(kind) });
      this.#tabs.set(kind, one);
      return one;
    };
    this.details = h(
      'details',
      { class: 'group' },
      h('summary', {}, h('h3', { text: T.title })),
      h('div', { class: 'segmented', role: 'group', 'aria-label': T.choose }, KINDS.map(tab)),
      this.#list,
    );
    root.append(this.details);
    const redraw = throttle(() => this.#redraw(), 700);
    this.details.addEventListener('toggle', () => this.#reveal());
    app.bus.on('anomalies', redraw);
    app.bus.on('areas', redraw);
    app.state.on(['only', 'live', 'at', 'window', 'off'], redraw);
    this.#choose('country');
  }

  #choose(kind) {
    this.#kind = kind;
    for (const [id, one] of this.#tabs) one.setAttribute('aria-pressed', String(id === kind));
    this.#reveal();
  }

  // It stands last in its panel: what was opened would lie below the edge.
  #reveal() {
    this.#redraw();
    if (this.details.open) this.details.scrollIntoView({ block: 'nearest' });
  }

  #redraw() {
    if (!this.details.open) return;
    const rows = this.#kind === 'area' ? this.#kept() : this.#places();
    const { only } = this.#app.state.get();
    const now = JSON.stringify([this.#kind, rows, only]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    const none = h('li', { class: 'why', text: T.nothing[this.#kind] });
    this.#list.replaceChildren(...(rows.length ? rows.map((one) => this.#row(one, only)) : [none]));
  }

  #places() {
    const state = this.#app.state.get();
    const now = this.#app.clock.now();
    const shown = this.#app.anomalies
      .everywhere()
      .filter((one) => !one.cleared && !state.off.has(one.cls) && inTime(one, state, now));
    return placesIn(shown, this.#kind).slice(0, MOST);
  }

  #kept() {
    return (this.#app.areas?.all() ?? []).map(({ name }) => ({ kind: 'area', id: name, name }));
  }

  #row({ kind, id, name, count }, only) {
    const here = only?.kind === kind && only.id === id;
    const press =
      kind === 'area'
        ? () => this.#app.areas.show(id)
        : () => this.#app.state.set({ only: here ? null : { kind, id } });
    const button = h(
      'button',
      { class: 'layer plain', type: 'button', 'aria-pressed': kind === 'area' ? null : String(here), onclick: press },
      icon('place'),
      h('span', { class: 'name', text: name }),
      h('span', { class: 'count', text: count === undefined ? '' : String(count) }),
    );
    const forget =
      kind === 'area' ? iconButton('trash', T.forget(name), () => this.#app.areas.forget(id), { small: true }) : null;
    return h('li', { class: 'layer-row' }, button, forget);
  }
}
