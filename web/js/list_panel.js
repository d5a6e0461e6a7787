// The list on the right: anomalies of the time, classes and extent on show. Rows are kept and patched, not rebuilt.
import { inBox, sorted } from './anomalies.js';
import { throttle } from './bus.js';
import { h, setText } from './dom.js';
import { icon } from './icons.js';
import { chipOf, colorOf } from './parts.js';
import { agoText, clockText, rfc3339, windowText } from './time.js';

const PAGE = 120;

export class ListPanel {
  #app;
  #map;
  #rows = new Map(); // id -> row
  #order = [];
  #most = PAGE;
  #list = h('ol', { class: 'rows', 'aria-label': 'Anomalies' });
  #empty = h('div', { class: 'empty', hidden: true });
  #count = h('span', { class: 'badge' });
  #more = h('button', {
    class: 'quiet wide',
    type: 'button',
    hidden: true,
    text: 'Show more',
    onclick: () => this.#grow(),
  });

  constructor(root, map, app) {
    this.#app = app;
    this.#map = map;
    this.root = root;
    root.append(
      h('div', { class: 'panel-head' }, h('h2', {}, 'Anomalies', this.#count), this.#filters()),
      h('div', { class: 'panel-body' }, this.#list, this.#more, this.#empty),
    );
    this.redraw = throttle(() => this.#redraw(), 250);
    app.bus.on('anomalies', this.redraw);
    app.bus.on('classes', () => {
      this.#rows.clear();
      this.redraw();
    });
    app.state.on(['off', 'live', 'at', 'window', 'layers', 'extent', 'sort', 'selected'], this.redraw);
    map.on('moveend', this.redraw);
    setInterval(this.redraw, 5000);
  }

  #filters() {
    const { state } = this.#app;
    this.extent = h(
      'button',
      {
        class: 'toggle',
        type: 'button',
        title: 'Only what is in view',
        onclick: () => state.set({ extent: !state.get().extent }),
      },
      'In view',
    );
    this.sort = h('button', {
      class: 'toggle',
      type: 'button',
      onclick: () => state.set({ sort: state.get().sort === 'priority' ? 'newest' : 'priority' }),
    });
    return h('div', { class: 'head-actions' }, this.extent, this.sort);
  }

  #wanted() {
    const state = this.#app.state.get();
    const on = this.#app.anomalies.shown(state).filter((one) => !state.off.has(one.cls));
    if (!state.extent) return { list: sorted(on, state.sort), elsewhere: 0 };
    const bounds = this.#map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const inside = on.filter((one) => inBox(one, box));
    return { list: sorted(inside, state.sort), elsewhere: on.length - inside.length };
  }

  #redraw() {
    const { clock, state } = this.#app;
    const { extent, sort, selected } = state.get();
    this.extent.setAttribute('aria-pressed', String(extent));
    setText(this.sort, sort === 'priority' ? 'By priority' : 'Newest first');
    if (!clock.known()) return this.#nothing(0);
    const { list, elsewhere } = this.#wanted();
    setText(this.#count, String(list.length));
    this.#app.bus.emit('count', list.length);
    this.#order = list.slice(0, this.#most);
    this.#place();
    const now = clock.now();
    for (const one of this.#order) patch(this.#rows.get(one.id), one, now, selected);
    this.#more.hidden = list.length <= this.#most;
    this.#nothing(elsewhere);
  }

  #place() {
    const wanted = new Set(this.#order.map((one) => one.id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.item.remove();
      this.#rows.delete(id);
    }
    let before = this.#list.firstChild;
    for (const one of this.#order) {
      if (!this.#rows.has(one.id)) this.#rows.set(one.id, this.#make(one));
      const { item } = this.#rows.get(one.id);
      if (item === before) before = before.nextSibling;
      else this.#list.insertBefore(item, before);
    }
  }

  #make(one) {
    const { title, style } = this.#app.classOf(one.cls);
    const parts = {
      who: h('span', { class: 'who' }),
      ago: h('time', { class: 'ago' }),
      text: h('span', { class: 'sentence' }),
      priority: h('span', {}),
      bar: h('span', { class: 'fill' }),
      percent: h('span', { class: 'percent' }),
      state: h('span', {}),
    };
    const button = h(
      'button',
      { class: 'row', type: 'button', 'data-id': one.id, onclick: () => this.open(one.id) },
      chipOf(style),
      h(
        'span',
        { class: 'row-main' },
        h('span', { class: 'row-top' }, h('span', { class: 'title', text: title }), parts.who, parts.ago),
        parts.text,
        h(
          'span',
          { class: 'row-foot' },
          parts.priority,
          h('span', { class: 'meter', 'aria-hidden': 'true' }, parts.bar),
          parts.percent,
          parts.state,
        ),
      ),
    );
    const item = h('li', { style: colorOf(style) }, button);
    return { item, button, ...parts, title };
  }

  #grow() {
    this.#most += PAGE;
    this.redraw();
  }

  #nothing(elsewhere) {
    const { anomalies, session, state } = this.#app;
    const empty = this.#order.length === 0;
    this.#empty.hidden = !empty;
    if (!empty) return;
    const { live, window } = state.get();
    const time = live ? `in the last ${windowText(window)}` : 'at this time';
    const say = (name, title, text, ...more) =>
      this.#empty.replaceChildren(
        icon(name, 'icon large'),
        h('p', { class: 'empty-title', text: title }),
        h('p', { text }),
        ...more,
      );
    const everywhere = h('button', {
      class: 'button',
      type: 'button',
      text: 'Show everywhere',
      onclick: () => state.set({ extent: false }),
    });
    if (anomalies.error)
      say(
        'info',
        'Anomalies did not load',
        anomalies.error.message,
        h('button', { class: 'button', type: 'button', text: 'Try again', onclick: () => session.loadAnomalies() }),
      );
    else if (session.waiting)
      say('clock', 'Waiting for the first aircraft', 'The service runs, but no observation has come in yet.');
    else if (anomalies.loading || !this.#app.clock.known())
      this.#empty.replaceChildren(...Array.from({ length: 4 }, () => h('div', { class: 'skeleton' })));
    else if (elsewhere)
      say(
        'target',
        'Nothing in view',
        `${elsewhere} ${elsewhere === 1 ? 'anomaly lies' : 'anomalies lie'} elsewhere ${time}.`,
        everywhere,
      );
    else say('check', 'Nothing unusual', `No anomaly of the enabled classes ${time}.`);
  }

  open(id) {
    this.#app.state.set({ selected: { kind: 'anomaly', id } });
    const one = this.#app.anomalies.get(id);
    if (one) this.#app.bus.emit('reveal', one);
  }

  // Moves focus by n rows; from nowhere to the first row, or to the selected one.
  step(n) {
    const rows = [...this.#list.querySelectorAll('button.row')];
    if (!rows.length) return;
    const { selected } = this.#app.state.get();
    const at = rows.indexOf(document.activeElement);
    const from = at >= 0 ? at : rows.findIndex((row) => row.dataset.id === selected?.id);
    const next = rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + n))];
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  // Opens the anomaly n after the selected one, for stepping through while the detail is open.
  openNext(n) {
    const { selected } = this.#app.state.get();
    const at = this.#order.findIndex((one) => one.id === selected?.id);
    const next = this.#order[Math.max(0, Math.min(this.#order.length - 1, at + n))];
    if (next && next.id !== selected?.id) this.open(next.id);
  }

  focus(id) {
    this.#rows.get(id)?.button.focus();
  }
}

function patch(row, one, now, selected) {
  const percent = `${Math.round(one.confidence * 100)} %`;
  const state = one.cleared ? 'cleared' : one.open ? 'open' : 'closed';
  const ago = one.open ? 'now' : agoText(one.end, now);
  setText(row.who, one.callsign || one.icao24 || '');
  setText(row.text, one.explanation);
  setText(row.ago, ago);
  row.ago.dateTime = rfc3339(one.end);
  row.ago.title = `${clockText(one.start)} to ${clockText(one.end)} UTC`;
  setText(row.priority, one.priority);
  row.priority.className = `priority ${one.priority}`;
  row.bar.style.inlineSize = percent.replace(' ', '');
  setText(row.percent, percent);
  setText(row.state, state);
  row.state.className = `state ${state}`;
  row.button.setAttribute('aria-current', String(selected?.id === one.id));
  row.button.setAttribute(
    'aria-label',
    `${row.title}, ${one.callsign || one.icao24 || 'area'}. ${one.explanation}. Priority ${one.priority}, confidence ${percent}, ${state}, ${ago}`,
  );
}
