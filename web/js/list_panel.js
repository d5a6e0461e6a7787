// The list on the right: events of the time, classes and extent on show, each under its first anomaly. Rows are kept and patched.
import { inBox, sorted } from './anomalies.js';
import { throttle } from './bus.js';
import { looksOf } from './class_looks.js';
import { h, setText } from './dom.js';
import { groupsOf } from './incident_groups.js';
import { emptyState } from './list_empty.js';
import { ListExtent } from './list_extent.js';
import { makeRow, patchRow } from './list_row.js';
import { remembered } from './remembered.js';
import { ReviewFilters } from './review_filters.js';
import { SORTS } from './state.js';
import { TEXTS } from './texts.js';

const T = TEXTS.list;
const PAGE = 120;
const FIRST = 30; // more than can be seen at once, while the first picture of the map waits for it
const AGES_MS = 5000; // how long ago each was
const WINDOW_MS = 15_000; // what has left the window, as often as the map looks

export class ListPanel {
  #app;
  #extent;
  #rows = new Map(); // id -> row
  #order = []; // anomalies as they stand in the list, one row each
  #lines = []; // the same with their place in it
  #events = [];
  #opened = new Set(); // ids of anomalies whose event is unfolded
  #most = FIRST;
  #looks = '';
  #group = remembered((list, sort) => this.#groups(sorted(list, sort), sort === 'priority')); // whatever is redrawn, it is mostly the same list
  #list = h('ol', { class: 'rows', 'aria-label': T.title });
  #empty = h('div', { class: 'empty', hidden: true });
  #count = h('span', { class: 'badge' });
  #more = h('button', {
    class: 'quiet wide',
    type: 'button',
    hidden: true,
    text: T.more,
    onclick: () => this.#grow(),
  });

  constructor(root, map, app) {
    this.#app = app;
    this.#extent = new ListExtent(map, app);
    this.root = root;
    root.append(
      h('div', { class: 'panel-head' }, h('h2', {}, T.title, this.#count), this.#filters()),
      new ReviewFilters(app).root,
      h('div', { class: 'panel-body' }, this.#list, this.#more, this.#empty),
    );
    this.redraw = throttle(() => this.#redraw(), 250);
    app.bus.on('anomalies', this.redraw);
    app.bus.on('classes', () => this.#dress());
    app.state.on(['off', 'live', 'at', 'window', 'layers', 'extent', 'sort', 'selected', 'desk'], this.redraw);
    for (const event of ['incidents', 'stored']) app.bus.on(event, this.redraw);
    map.on('moveend', this.redraw);
    setInterval(() => document.hidden || this.#patch(), AGES_MS);
    setInterval(this.redraw, WINDOW_MS);
    app.pictured.then(() => this.#grow(PAGE - FIRST));
  }

  // Rows are made anew where classes look or are called otherwise; what they count changes every minute.
  #dress() {
    const looks = looksOf(this.#app.classes);
    if (looks !== this.#looks) {
      this.#rows.clear();
      this.#list.replaceChildren();
    }
    this.#looks = looks;
    this.redraw();
  }

  #filters() {
    const { state } = this.#app;
    const flip = () => state.set({ extent: !state.get().extent });
    this.extent = h('button', { class: 'toggle', type: 'button', title: T.inViewTip, text: T.inView, onclick: flip });
    this.sort = h(
      'select',
      { class: 'toggle', 'aria-label': T.order, onchange: () => state.set({ sort: this.sort.value }) },
      SORTS.map((name) => h('option', { value: name, text: T.sorts[name] })),
    );
    return h('div', { class: 'head-actions' }, this.extent, this.sort);
  }

  #wanted() {
    const state = this.#app.state.get();
    const on = this.#app.anomalies.shown(state).filter((one) => !state.off.has(one.cls));
    if (!state.extent) return { list: on, elsewhere: 0 };
    const { box } = this.#extent;
    const inside = on.filter((one) => inBox(one, box));
    return { list: inside, elsewhere: on.length - inside.length };
  }

  #redraw() {
    const { classes, clock, incidents, state } = this.#app;
    const { desk, extent, sort } = state.get();
    this.extent.setAttribute('aria-pressed', String(extent));
    this.sort.value = sort;
    if (!clock.known()) return this.#nothing(0);
    const { list, elsewhere } = this.#wanted();
    this.#events = this.#group(list, sort, desk, classes, incidents.version, incidents.queues);
    setText(this.#count, String(this.#events.length));
    this.#count.title = T.counted(list.length, this.#events.length);
    this.#app.bus.emit('count', this.#events.length);
    this.#lines = this.#events.slice(0, this.#most).flatMap((event) => this.#linesOf(event));
    this.#order = this.#lines.map(({ one }) => one);
    this.#place();
    this.#patch();
    this.#more.hidden = this.#events.length <= this.#most;
    this.#nothing(elsewhere);
  }

  #groups(list, ranked) {
    const { state, incidents } = this.#app;
    const { desk } = state.get();
    const filter = { ...desk, queue: incidents.queues.find(({ id }) => id === desk.queue) ?? null };
    return groupsOf(list, { scopeOf: (cls) => this.#app.classOf(cls).scope, incidentOf: (id) => incidents.of(id), filter, ranked });
  }

  #patch() {
    const { clock, state } = this.#app;
    const [now, { selected }] = [clock.now(), state.get()];
    const classOf = (id) => this.#app.classOf(id);
    for (const { one, ...place } of this.#lines)
      if (this.#rows.has(one.id)) patchRow(this.#rows.get(one.id), one, { now, selected, classOf, ...place });
  }

  // The rows of an event: its lead, and the others once it is unfolded.
  #linesOf({ lead, members, incident }) {
    const open = members.some((one) => this.#opened.has(one.id));
    const rest = open ? members.slice(1).map((one) => ({ one, within: true, more: 0, open, incident: null })) : [];
    return [{ one: lead, within: false, more: members.length - 1, open, incident }, ...rest];
  }

  #unfold(id) {
    const { members = [] } = this.#events.find((event) => event.lead.id === id) ?? {};
    if (members.some((one) => this.#opened.has(one.id))) for (const one of members) this.#opened.delete(one.id);
    else this.#opened.add(id);
    this.#redraw();
  }

  // All anomalies of the event that one of them belongs to, as the list has it now.
  eventOf(id) {
    return this.#events.find((event) => event.members.some((one) => one.id === id))?.members ?? [];
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
    return makeRow(one, {
      open: () => this.open(one.id),
      unfold: () => this.#unfold(one.id),
    });
  }

  #grow(more = PAGE) {
    this.#most += more;
    this.redraw();
  }

  #nothing(elsewhere) {
    const empty = this.#order.length === 0;
    this.#empty.hidden = !empty;
    if (empty) this.#empty.replaceChildren(...emptyState(this.#app, elsewhere));
  }

  open(id) {
    this.#app.state.set({ selected: this.#whatOf(id) });
    const one = this.#app.incidents.get(this.#app.state.get().selected.id) ?? this.#app.anomalies.get(id);
    if (one) this.#app.bus.emit('reveal', one);
  }

  // A row that leads several anomalies of an incident stands for the incident.
  #whatOf(id) {
    const event = this.#events.find(({ lead }) => lead.id === id);
    return event?.incident && event.members.length > 1 ? { kind: 'incident', id: event.incident.id } : { kind: 'anomaly', id };
  }

  // The row of what is selected.
  #at(selected) {
    if (selected?.kind !== 'incident') return this.#order.findIndex((one) => one.id === selected?.id);
    const event = this.#events.find(({ incident }) => incident?.id === selected.id);
    return this.#order.findIndex((one) => one.id === event?.lead.id);
  }

  // Moves focus by n rows; from nowhere to the first row, or to the selected one.
  step(n) {
    const rows = [...this.#list.querySelectorAll('button.row')];
    if (!rows.length) return;
    const { selected } = this.#app.state.get();
    const at = rows.indexOf(document.activeElement);
    const from = at >= 0 ? at : this.#at(selected);
    const next = rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + n))];
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  // Opens the anomaly n after the selected one, for stepping through while the detail is open.
  openNext(n) {
    const { selected } = this.#app.state.get();
    const at = this.#at(selected);
    const next = this.#order[Math.max(0, Math.min(this.#order.length - 1, at + n))];
    if (next && next.id !== selected?.id) this.open(next.id);
  }

  // To the row of what was open; to the list itself where it has none any more.
  back(selected) {
    const row = this.#rows.get(this.#order[this.#at(selected)]?.id);
    (row?.button ?? this.root).focus();
  }
}
