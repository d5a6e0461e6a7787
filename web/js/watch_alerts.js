// The first part of the panel: alerts, newest first, each a way to its evidence; and how else one wants to be told.
import { h, setText } from './dom.js';
import { icon } from './icons.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';
import { agoText, clockText, rfc3339, stampText } from './time.js';

const T = WATCH.alerts;
const ICONS = { quiet: 'mute', service: 'info' };
const PAGE = 60;

export class AlertsView {
  #app;
  #panel;
  #rows = new Map(); // id -> row
  #most = PAGE;
  #list = h('ol', { class: 'alert-rows', 'aria-label': WATCH.panel.parts.alerts });
  #empty = h('div', {});
  #state = h('p', { class: 'facts', role: 'status' });
  #more = h('button', { class: 'quiet wide', type: 'button', text: T.more, onclick: () => this.#earlier() });
  #switches;

  constructor(app, panel) {
    this.#app = app;
    this.#panel = panel;
    const wish = (name, icon_) => h('button', { class: 'toggle', type: 'button', title: T[`${name}Tip`], onclick: () => this.#wish(name) }, icon(icon_), T[name]); // prettier-ignore
    this.#switches = { notify: wish('notify', 'bell'), sound: wish('sound', 'sound') };
    const head = h('div', { class: 'watch-head' }, this.#state, h('div', { class: 'head-actions' }, Object.values(this.#switches)));
    this.root = h('div', { class: 'watch-part' }, head, this.#list, this.#more, this.#empty);
  }

  show() {
    const { list, connected, error } = this.#app.alerts;
    setText(this.#state, error?.message ?? (connected ? T.live : T.lost));
    for (const [name, one] of Object.entries(this.#switches)) one.setAttribute('aria-pressed', String(this.#app.notices.wanted[name]));
    const shown = list.slice(0, this.#most);
    this.#place(shown);
    this.#more.hidden = list.length <= this.#most;
    const start = wordButton('draw', T.start, () => this.#app.draw.open(), { class: 'button primary' });
    this.#empty.replaceChildren(...(list.length ? [] : this.#panel.empty('bell', T.none, T.noneWhy, start)));
  }

  async #wish(name) {
    await this.#app.notices.toggle(name);
    this.show();
  }

  #place(shown) {
    const wanted = new Set(shown.map(({ id }) => id));
    for (const [id, { item }] of this.#rows) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#rows.delete(id);
    }
    shown.forEach((one, i) => {
      const row = this.#rows.get(one.id) ?? this.#make(one);
      if (this.#list.children[i] !== row.item) this.#list.insertBefore(row.item, this.#list.children[i] ?? null);
      this.#patch(row, one);
    });
  }

  #make(one) {
    const parts = { who: h('span', { class: 'title' }), ago: h('time', { class: 'ago', datetime: rfc3339(one.time), title: stampText(one.time) }) };
    const { icon: name, className } = lookOf(one);
    const button = h(
      'button',
      { class: 'row', type: 'button', onclick: () => this.#panel.go(one) },
      h('span', { class: `chip ${className}` }, icon(name)),
      h('span', { class: 'row-main' }, h('span', { class: 'row-top' }, parts.who, parts.ago), h('span', { class: 'sentence', text: one.text })),
    );
    const row = { item: h('li', {}, button), ...parts };
    this.#rows.set(one.id, row);
    return row;
  }

  #patch(row, one) {
    const name = this.#app.watch.subscription(one.subscription)?.name ?? T.gone;
    setText(row.who, one.test ? `${T.test} · ${name}` : name);
    setText(row.ago, `${agoText(one.time, Math.max(one.time, this.#app.clock.live()))} · ${clockText(one.time, false)}`);
    row.item.classList.toggle('unseen', one.seq > this.#app.alerts.seen);
  }

  async #earlier() {
    this.#most += PAGE;
    this.show();
  }
}

function lookOf({ trigger, priority }) {
  const name = ICONS[trigger] ?? (String(trigger).startsWith('anomaly') ? 'target' : 'plane');
  return { icon: name, className: typeof priority === 'string' ? priority : '' };
}
