// The table of all aircraft in view: a dock over the time bar, on small screens a sheet. Only the rows that are seen exist.
import { throttle } from './bus.js';
import { emptyTable } from './craft_empty.js';
import { oddOnes } from './craft_filter.js';
import { columnsOf, ordered, pressed, rowsInView, sortOf } from './craft_columns.js';
import { CraftRows } from './craft_rows.js';
import { h, setText } from './dom.js';
import { ListExtent } from './list_extent.js';
import { go } from './map.js';
import { iconButton } from './parts.js';
import { receiversOf } from './receivers.js';
import { grip, isSmall } from './sheets.js';
import { TRAFFIC } from './texts/traffic_en.js';

const T = TRAFFIC.table;
const AGES_MS = 1000;
const ORDER_MS = 2000; // while nobody points at a row or walks through them
const CLOSE = 7; // how close a row goes
const DOCK = { share: 0.4, most: 360 }; // height over the time bar, of the window and px

class CraftTable {
  #app;
  #map;
  #opener;
  #extent;
  #receivers = [];
  #columns = columnsOf([]);
  #order = [];
  #seen = -1; // the version of the fleet that the order was last looked through for
  #head = h('tr', {});
  #rows = new CraftRows((one) => this.#choose(one));
  #table = h('table', { class: 'craft', role: 'grid', 'aria-labelledby': 'table-title', 'aria-describedby': 'table-keys' }, h('thead', {}, this.#head), this.#rows.body);
  #scroller = h('div', { class: 'craft-scroll' }, this.#table);
  #empty = h('div', { class: 'empty', hidden: true });
  #count = h('span', { class: 'badge' });
  #root;

  constructor(app, map, opener) {
    this.redraw = throttle(() => this.#redraw(), 250);
    [this.#app, this.#map, this.#opener] = [app, map, opener];
    this.#extent = new ListExtent(map, { state: app.state });
    this.#build();
    this.#scroller.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.#scroller.addEventListener('keydown', (event) => this.#rows.keyed(event, this.#place()));
    app.state.on(['table'], () => this.#follow());
    app.state.on(['craft', 'live', 'at', 'sheet'], this.redraw);
    app.state.on(['selected'], () => this.#draw());
    app.bus.on('prefs', this.redraw);
    map.on('moveend', this.redraw);
    addEventListener('resize', throttle(() => this.#follow(), 100));
    setInterval(() => this.isOpen && this.#draw(), AGES_MS);
    setInterval(() => this.isOpen && !this.#rows.held && this.#redraw(), ORDER_MS);
    this.#follow();
  }

  get isOpen() {
    return !this.#root.hidden && this.#root.checkVisibility() && !document.hidden;
  }

  toggle() {
    if (!this.close()) this.#app.state.set({ table: this.#app.state.get().table || 'callsign', ...(isSmall() ? { sheet: 'table' } : {}) });
  }

  close() {
    if (!this.isOpen) return false;
    const { sheet } = this.#app.state.get();
    this.#app.state.set({ table: '', ...(sheet === 'table' ? { sheet: null } : {}) });
    this.#opener.focus();
    return true;
  }

  #build() {
    const close = iconButton('close', T.close, () => this.close());
    this.#root = h(
      'section',
      { id: 'table', class: 'panel', 'aria-labelledby': 'table-title', hidden: true },
      grip(() => this.close()),
      h('div', { class: 'panel-head' }, h('h2', { id: 'table-title' }, T.title, this.#count), h('span', { id: 'table-keys', class: 'facts', text: T.keys }), close),
      this.#scroller,
      this.#empty,
    );
    document.querySelector('#timebar').before(this.#root);
  }

  // Open or closed, as the state says; the map learns of the room that is left.
  async #follow() {
    const { table } = this.#app.state.get();
    this.#root.hidden = !table;
    this.#opener.setAttribute('aria-expanded', String(Boolean(table)));
    document.body.toggleAttribute('data-table', Boolean(table));
    const height = table && !isSmall() ? Math.round(Math.min(DOCK.most, innerHeight * DOCK.share)) : 0;
    document.documentElement.style.setProperty('--dock-h', `${height ? height + 12 : 0}px`);
    this.#app.bus.emit('dock');
    if (!table) return;
    this.#headed();
    this.#redraw();
    const receivers = (await receiversOf(this.#app)).map(({ at }) => at);
    if (String(receivers) === String(this.#receivers)) return;
    this.#receivers = receivers;
    this.#headed();
    this.#redraw();
  }

  // The heads of the columns, each a button that sorts.
  #headed() {
    this.#columns = columnsOf(this.#receivers);
    const { name, down } = sortOf(this.#app.state.get().table);
    const focused = this.#head.contains(document.activeElement) && document.activeElement.dataset.column;
    const head = (one) => {
      const button = h('button', { type: 'button', 'data-column': one.name, title: `${T.tips[one.name]}. ${T.sort(one.label)}`, text: one.label, onclick: () => this.#sort(one.name) });
      const sorted = one.name !== name ? null : down ? 'descending' : 'ascending';
      return h('th', { scope: 'col', class: one.number ? 'number' : null, 'aria-sort': sorted, style: { width: `${one.width}px` } }, button);
    };
    this.#head.replaceChildren(...this.#columns.map(head));
    this.#table.setAttribute('aria-colcount', String(this.#columns.length));
    this.#table.style.setProperty('min-width', `${this.#columns.reduce((sum, one) => sum + one.width, 0)}px`);
    if (focused) this.#head.querySelector(`[data-column=${focused}]`)?.focus();
  }

  #sort(name) {
    this.#app.state.set({ table: pressed(this.#app.state.get().table, name) });
    this.#scroller.scrollTop = 0;
  }

  #choose(one) {
    const center = this.#app.fleet.where(one.id);
    this.#extent.hold();
    this.#app.state.set({ selected: { kind: 'aircraft', id: one.id } });
    if (center) go(this.#map, { center, zoom: Math.max(CLOSE, this.#map.getZoom()) }, { revealing: true });
  }

  #known() {
    const { anomalies, clock, state } = this.#app;
    return { now: clock.now(), odd: oddOnes(anomalies.shown(state.get())), receivers: this.#receivers };
  }

  #redraw() {
    if (!this.isOpen) return;
    const { fleet, state } = this.#app;
    const [west, south, east, north] = this.#extent.box;
    const inside = ({ lon, lat, slot }) => fleet.isShown(slot) && lat >= south && lat <= north && (((lon - west) % 360) + 360) % 360 <= east - west;
    this.known = this.#known();
    this.#order = ordered(fleet.all().filter(inside), state.get().table, this.known);
    setText(this.#count, this.#order.length.toLocaleString('en'));
    this.#table.setAttribute('aria-rowcount', String(this.#order.length + 1));
    this.#nothing();
    this.#draw();
  }

  // Where there is no row: why. A button that has the focus stays.
  #nothing() {
    const empty = !this.#order.length;
    this.#scroller.hidden = empty;
    this.#empty.hidden = !empty;
    const said = empty ? emptyTable(this.#app) : [];
    const text = (nodes) => [...nodes].map((node) => node.textContent).join('\n');
    if (text(said) !== text(this.#empty.children) || said.length !== this.#empty.children.length) this.#empty.replaceChildren(...said);
  }

  // Who has gone meanwhile.
  #leave() {
    const { version } = this.#app.fleet;
    if (version !== this.#seen) this.#order = this.#order.filter(({ slot }) => slot >= 0);
    this.#seen = version;
  }

  #place() {
    return { order: this.#order, scroller: this.#scroller };
  }

  #draw() {
    if (!this.isOpen || !this.known) return;
    this.#leave();
    this.known.now = this.#app.clock.now();
    const { scrollTop: top, clientHeight: height } = this.#scroller;
    const view = rowsInView({ top, height, row: this.#rows.height, count: this.#order.length });
    this.#rows.draw(this.#order, view, { columns: this.#columns, known: this.known, selected: this.#app.state.get().selected });
  }
}

export const make = (app, map, opener) => new CraftTable(app, map, opener);
