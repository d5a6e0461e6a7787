// "What happened here?": the anomalies of the drawn area by class and day, the latest of them, and all of them as a file.
import { isAbort } from './api.js';
import { areaSizeText, areaTitle } from './area.js';
import { areaKeep } from './area_keep.js';
import { boxOf } from './area_shape.js';
import { countByClass, DAY_MS, exportLinks, MOST, questionOf, readRows } from './area_query.js';
import { classTable, latestList } from './area_tables.js';
import { throttle } from './bus.js';
import { h, setText } from './dom.js';
import { icon } from './icons.js';
import { goBounds } from './map.js';
import { block, iconButton, wordButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.tools.area;
const RANGES = ['shown', '1', '7', '30'];
const PROPERTIES = 'class,start,end,priority,callsign,icao24,explanation';
const AGAIN_MS = 60_000;

export class AreaPanel {
  #app;
  #map;
  #root;
  #range = '1';
  #asking = null;
  #body = h('div', { class: 'area-answer', 'aria-live': 'polite' });
  #size = h('p', { class: 'facts' });
  #name = h('input', {
    class: 'area-name',
    maxlength: 60,
    'aria-label': T.name,
    placeholder: T.namePlaceholder,
    onchange: () => this.#rename(),
  });
  #only = h('button', {
    class: 'toggle',
    type: 'button',
    title: T.onlyTip,
    text: T.only,
    onclick: () => this.#toggleOnly(),
  });
  #ranges = new Map();

  constructor(root, map, app) {
    this.#app = app;
    this.#map = map;
    this.#root = root;
    this.#build();
    this.ask = throttle(() => this.#ask(), 300);
    app.state.on(['area'], ({ area }, changed) => this.#follow(area, changed));
    app.state.on(['live', 'end', 'window'], () => this.#range === 'shown' && this.ask());
    app.state.on(['only'], () => this.#pressed());
    setInterval(() => !document.hidden && this.isOpen && this.ask(), AGAIN_MS);
    if (app.state.get().area) this.open();
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  open() {
    const { area } = this.#app.state.get();
    if (!area || this.#app.watchForm?.isOpen) return;
    this.#root.hidden = false;
    if (!this.#app.draw.busy) this.#app.state.set({ sheet: 'area' }); // a small screen shows it when drawing is over
    this.#head(area);
    this.ask();
  }

  // The area itself stays on the map, and there whoever read of it goes on.
  close() {
    if (!this.isOpen) return false;
    if (this.#root.contains(document.activeElement)) this.#map.getCanvas().focus({ preventScroll: true });
    this.#root.hidden = true;
    this.#asking?.abort();
    if (this.#app.state.get().sheet === 'area') this.#app.state.set({ sheet: null });
    return true;
  }

  #follow(area) {
    if (area) this.open();
    else this.close();
  }

  #build() {
    const { draw, areas } = { draw: () => this.#app.draw, areas: () => this.#app.areas };
    const actions = [
      wordButton('target', T.zoom, () => goBounds(this.#map, boxOf(this.#app.state.get().area))),
      wordButton('draw', T.change, () => draw().edit()),
      wordButton('place', T.keep, () => areas().keep(this.#app.state.get().area), { title: T.keepTip }),
      wordButton('close', T.remove, () => draw().remove(), { title: T.removeTip }),
    ];
    const range = (id) => {
      const one = h('button', { type: 'button', text: T.ranges[id], onclick: () => this.#choose(id) });
      this.#ranges.set(id, one);
      return one;
    };
    const ranges = h(
      'div',
      { class: 'segmented', role: 'group', 'aria-label': T.range },
      RANGES.map(range),
    );
    this.#root.append(
      h(
        'div',
        { class: 'panel-head' },
        h('h2', { id: 'area-title', text: T.title }),
        iconButton('close', T.close, () => this.close()),
      ),
      h(
        'div',
        { class: 'panel-body prose' },
        h('div', { class: 'area-head' }, this.#name, this.#size, this.#only),
        areaKeep(this.#app),
        h('div', { class: 'actions' }, actions),
        ranges,
        this.#body,
      ),
    );
    this.#pressed();
  }

  #head(area) {
    if (document.activeElement !== this.#name) this.#name.value = area.name;
    setText(this.#size, `${areaTitle({ ...area, name: '' })} · ${areaSizeText(area)}`);
  }

  #rename() {
    const { area } = this.#app.state.get();
    if (area) this.#app.state.set({ area: { ...area, name: this.#name.value.trim() } });
  }

  #toggleOnly() {
    const { only } = this.#app.state.get();
    this.#app.state.set({ only: only?.kind === 'area' ? null : { kind: 'area', id: 'here' } });
  }

  #choose(id) {
    this.#range = id;
    this.#pressed();
    this.ask();
  }

  #pressed() {
    this.#only.setAttribute('aria-pressed', String(this.#app.state.get().only?.kind === 'area'));
    for (const [id, one] of this.#ranges) one.setAttribute('aria-pressed', String(id === this.#range));
  }

  #span() {
    if (this.#range === 'shown') return this.#app.span();
    const now = this.#app.clock.live();
    return [now - Number(this.#range) * DAY_MS, now];
  }

  async #ask() {
    const { area } = this.#app.state.get();
    if (!area || !this.isOpen) return;
    if (!this.#app.clock.known()) return this.ask();
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const span = this.#span();
    this.#body.setAttribute('aria-busy', 'true');
    if (!this.#body.childElementCount) this.#wait();
    try {
      const query = { ...questionOf(area, span), properties: PROPERTIES };
      const features = await this.#app.api.items('anomalies', query, { cap: MOST, signal: asking.signal });
      this.#answer(area, span, readRows(features));
    } catch (error) {
      if (isAbort(error)) return;
      this.#failed(error);
    }
    this.#body.setAttribute('aria-busy', 'false');
  }

  #wait() {
    this.#body.replaceChildren(...Array.from({ length: 3 }, () => h('div', { class: 'skeleton' })));
  }

  #failed({ message }) {
    const again = wordButton('clock', T.again, () => this.ask());
    this.#empty('info', T.failed, message, again);
  }

  #empty(name, title, text, ...more) {
    this.#body.replaceChildren(
      h(
        'div',
        { class: 'empty' },
        icon(name, 'icon large'),
        h('p', { class: 'empty-title', text: title }),
        h('p', { text }),
        ...more,
      ),
    );
  }

  #answer(area, span, rows) {
    if (!rows.length) return this.#empty('check', T.nothing, T.nothingWhy);
    const classes = countByClass(rows, span);
    const many = rows.length >= MOST ? T.newest(MOST) : T.some(rows.length);
    const link = ([text, href, download]) => h('a', { class: 'button', href, download }, icon('download'), text);
    this.#body.replaceChildren(
      h('p', { class: 'lead', text: T.counted(many, classes.length) }),
      classTable(this.#app, classes, span),
      block(T.latest, latestList(this.#app, rows)),
      block(T.files, h('div', { class: 'actions' }, exportLinks(area, span, areaTitle(area)).map(link))),
    );
  }
}
