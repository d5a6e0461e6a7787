// The left panel: one switch per class of /classes, in folding groups by priority, then the layers of the map itself.
// Classes that cannot run with this feed and these files stand together at the end, each with what it lacks.
import { inTime, RANKS } from './anomalies.js';
import { throttle } from './bus.js';
import { looksOf } from './class_looks.js';
import { groupBy } from './collect.js';
import { DaySparks } from './day_sparks.js';
import { h, setText } from './dom.js';
import { bucketsOf } from './histogram.js';
import { MapLayers } from './map_layers.js';
import { quickViews } from './quick_views.js';
import { chipOf, colorOf, iconButton } from './parts.js';
import { SetsMenu } from './sets_menu.js';
import { WherePanel } from './where_panel.js';
import { TEXTS } from './texts.js';

const T = TEXTS.layers;

const SPARKS = 24;
const FEW = 3; // so many inactive classes are shown unfolded

export class LayersPanel {
  #app;
  #rows = new Map(); // class id -> {toggle, count, spark, active, title, shown}
  #groups = h('div', { class: 'groups' });
  #sums = new Map(); // where the anomalies of a group are counted -> its classes
  #mapLayers;
  #day;
  #looks = '';

  constructor(root, app) {
    this.#app = app;
    this.#day = new DaySparks(app);
    const act = (text, fn, title) => h('button', { class: 'quiet', type: 'button', onclick: fn, title, text });
    const head = h(
      'div',
      { class: 'panel-head' },
      h('h2', { text: T.title }),
      h(
        'div',
        { class: 'head-actions' },
        act(T.all, () => app.state.set({ off: new Set() }), T.allTip),
        act(T.none, () => app.state.set({ off: new Set(app.classes.map((c) => c.id)) }), T.noneTip),
      ),
    );
    const body = h('div', { class: 'panel-body' }, this.#groups);
    root.append(head, quickViews(app, () => app.classes), body);
    this.#mapLayers = new MapLayers(body, app);
    new WherePanel(body, app);
    new SetsMenu(body, app);
    app.bus.on('classes', () => this.#build());
    const numbers = throttle(() => this.#numbers(), 500);
    app.bus.on('anomalies', numbers);
    app.bus.on('day', numbers);
    app.state.on(['off'], () => this.#pressed());
    app.state.on(['live', 'at', 'end', 'window', 'only'], numbers);
    if (app.classes.length) this.#build();
  }

  // Anew only where classes look or are called otherwise: what is folded and what has the focus stays.
  #build() {
    const { classes } = this.#app;
    const looks = looksOf(classes);
    if (looks === this.#looks) return this.#numbers();
    this.#looks = looks;
    this.#rows.clear();
    this.#sums.clear();
    const groups = [...RANKS]
      .reverse()
      .filter(Boolean)
      .map((priority) => [
        T.groups[priority],
        classes.filter((c) => c.active && c.priority === priority),
      ]);
    groups.push([classes.some((c) => c.active) ? T.idle : T.starting, classes.filter((c) => !c.active)]);
    const filled = groups.filter(([, some]) => some.length);
    this.#groups.replaceChildren(...filled.map(([label, some]) => this.#group(label, some)));
    this.#pressed();
    return this.#numbers();
  }

  #group(label, classes) {
    const watched = classes[0].active; // then its anomalies are counted, once the time is known; else its classes are
    const count = h('span', { class: 'count', text: watched ? '' : String(classes.length) });
    if (watched) this.#sums.set(count, classes);
    const title = h('h3', {}, `${label} `, count);
    const open = watched || classes.length <= FEW;
    return h(
      'details',
      { class: 'group', open },
      h('summary', {}, title),
      classes.map((c) => this.#row(c)),
    );
  }

  #row(one) {
    const count = h('span', { class: 'count' });
    const spark = sparkline();
    const props = {
      class: 'layer',
      type: 'button',
      role: 'switch',
      'data-class': one.id,
      title: T.switchTip,
      onclick: (event) => this.#toggle(one.id, event.altKey),
      onkeydown: (event) => this.#keyed(event, one.id),
    };
    const name = h('span', { class: 'name', text: one.title });
    const toggle = h('button', props, chipOf(one.style), name, one.active ? spark.node : null, count);
    const tell = ({ currentTarget }) => this.#app.later(() => this.#app.card.open(one.id, currentTarget));
    const about = iconButton('info', T.about(one.title), tell, { small: true });
    const why = one.active
      ? null
      : h('p', { class: 'why', text: TEXTS.card.inactive(one.why) });
    const row = h(
      'div',
      { class: one.active ? 'layer-row' : 'layer-row inactive', style: colorOf(one.style) },
      toggle,
      about,
      why,
    );
    this.#rows.set(one.id, { toggle, count, spark, active: one.active, title: one.title });
    return row;
  }

  #keyed(event, id) {
    if (event.key.toLowerCase() !== 's' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.solo(id);
  }

  #toggle(id, solo) {
    if (solo) return this.solo(id);
    const next = new Set(this.#app.state.get().off);
    if (!next.delete(id)) next.add(id);
    return this.#app.state.set({ off: next });
  }

  // This class and no other; all of them again where it already stands alone.
  solo(id) {
    const { off } = this.#app.state.get();
    const others = this.#app.classes.map((c) => c.id).filter((other) => other !== id);
    const alone = !off.has(id) && others.every((other) => off.has(other));
    this.#app.state.set({ off: alone ? new Set() : new Set(others) });
  }

  #pressed() {
    const { off } = this.#app.state.get();
    for (const [id, { toggle }] of this.#rows) toggle.setAttribute('aria-checked', String(!off.has(id)));
  }

  // Counts and the little curves, for the time that is shown.
  #numbers() {
    if (!this.#app.clock.known()) return;
    const state = this.#app.state.get();
    const now = this.#app.clock.now();
    const [start, end] = this.#app.span();
    const byClass = groupBy(
      this.#app.anomalies.all().filter((one) => !one.cleared),
      (one) => one.cls,
    );
    for (const [id, row] of this.#rows) {
      const all = byClass.get(id) ?? [];
      const count = all.filter((one) => inTime(one, state, now)).length;
      row.shown = count;
      setText(row.count, row.active || count ? count.toLocaleString('en') : '–');
      row.toggle.classList.toggle('zero', !count);
      row.toggle.setAttribute('aria-label', T.counted(row.title, count));
      const day = row.active ? this.#day.of(id) : null;
      row.spark.draw(day ?? bucketsOf(all, start, end, SPARKS).map((bucket) => bucket.total));
      const tip = day ? `${T.day(day.reduce((a, b) => a + b, 0))} ${T.switchTip}` : T.switchTip;
      if (row.toggle.title !== tip) row.toggle.title = tip;
    }
    for (const [node, classes] of this.#sums)
      setText(node, classes.reduce((sum, { id }) => sum + this.#rows.get(id).shown, 0).toLocaleString('en'));
  }

  // Once a second.
  tick() {
    this.#mapLayers.tick();
  }
}

const SVG = 'http://www.w3.org/2000/svg';

function sparkline() {
  const node = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  node.setAttribute('viewBox', `0 0 ${SPARKS * 2} 14`);
  node.setAttribute('preserveAspectRatio', 'none');
  node.setAttribute('class', 'spark');
  node.setAttribute('aria-hidden', 'true');
  node.append(path);
  const draw = (values) => {
    const most = Math.max(3, ...values);
    const d = values.map((v, i) => (v ? `M${i * 2 + 1} 14V${(14 - 1.5 - (v / most) * 11).toFixed(1)}` : '')).join('');
    if (path.getAttribute('d') !== d) path.setAttribute('d', d);
  };
  return { node, draw };
}
