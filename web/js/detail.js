// The detail of what is selected, in place of the list: sentence, facts, why, why not, charts, context, and what is like it.
import { aircraftActions, anomalyActions } from './actions.js';
import { subjects } from './bundle.js';
import { contextBlock } from './context.js';
import { anomalyLink, isBeyond, liveFacts, stretchAt, theirLinks } from './craft_detail.js';
import { h, safeColor } from './dom.js';
import { doubtsBlock } from './doubts.js';
import { sampleTimes, whyBlock } from './evidence.js';
import { anomalyFacts } from './facts.js';
import { historyBlock, showHistory } from './history.js';
import { icon } from './icons.js';
import { incidentParts } from './incident_detail.js';
import { limitsOf } from './limits.js';
import { block, chipOf, iconButton, wordButton } from './parts.js';
import { fillSimilar, similarBlock } from './similar.js';
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';

const T = TEXTS.detail;

const MOST_OF_EVENT = 12;
const FOLLOW_TICKS = 15; // seconds between two looks at where the selected aircraft went since

export class Detail {
  #app;
  #map;
  #root;
  #shown = '';
  #unplot = null;
  #follow = null; // {ids, start}: once it is there, the track grows while its aircraft is live and watched
  #told = null; // {start, end}: the time that is told of, of an aircraft
  #ticks = 0;
  #was = null; // what was open before
  #lacking = false; // whether it did not come, and may come yet
  #taking = false; // whether the reader's focus comes along

  constructor(root, map, app) {
    Object.assign(this, { root });
    this.#app = app;
    this.#map = map;
    this.#root = root;
    app.state.on(['selected'], () => this.show());
    app.state.on(['live', 'at'], (_, changed) => this.#moved(changed.includes('live')));
    app.bus.on('anomalies', () => this.#refresh());
    app.bus.on('connection', (open) => open && this.#lacking && this.show());
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  async show() {
    const { selected } = this.#app.state.get();
    this.#app.fleet.emphasise(
      selected?.kind === 'aircraft' ? selected.id : this.#app.anomalies.get(selected?.id)?.icao24,
    );
    this.#map.triggerRepaint();
    const from = this.#was;
    this.#was = selected;
    this.#taking = this.#holds(this.#root) || this.#holds(this.#app.list.root);
    this.#shown = '';
    this.#lacking = false;
    this.#unplot?.();
    this.#unplot = this.#follow = this.#told = null;
    this.#app.track.clear();
    this.#root.hidden = !selected;
    document.body.classList.toggle('has-detail', Boolean(selected));
    if (!selected) return this.#leave(from);
    if (selected.kind === 'aircraft') return this.#aircraft(selected.id);
    if (selected.kind === 'incident') return this.#incident(selected.id);
    return this.#anomaly(selected.id);
  }

  #holds(root) {
    return root.contains(document.activeElement);
  }

  // Whoever read here reads on in the list, where they came from.
  #leave(from) {
    this.#root.replaceChildren();
    if (this.#taking) this.#app.list.back(from);
  }

  close() {
    if (!this.isOpen) return false;
    this.#app.state.set({ selected: null });
    return true;
  }

  async #incident(id) {
    this.#frame({ title: WATCH.incidents.title, body: [h('div', { class: 'skeleton tall' })] });
    const whole = await this.#app.incidents.whole(id).catch((error) => this.#missing(id, WATCH.incidents.missing, error));
    const one = this.#app.incidents.get(id);
    if (!whole || !one || this.#app.state.get().selected?.id !== id) return;
    this.#frame(incidentParts(one, whole, this.#map, this.#app));
  }

  async #anomaly(id) {
    let one = this.#app.anomalies.get(id);
    if (!one) {
      this.#frame({ title: T.loading, body: [h('div', { class: 'skeleton tall' })] });
      one = await this.#app.anomalies.fetch(id).catch((error) => this.#missing(id, T.missing, error));
      if (!one || this.#app.state.get().selected?.id !== id) return;
    }
    const cls = this.#app.classOf(one.cls);
    this.#shown = JSON.stringify(one.feature);
    this.#frame({
      title: cls.title,
      style: cls.style,
      badge: one.priority,
      about: one.cls,
      body: [
        h('p', { class: 'lead', text: one.explanation }),
        one.cleared ? h('p', { class: 'notice', text: T.cleared(one.cleared) }) : null,
        anomalyActions(one, this.#map, this.#app),
        anomalyFacts(one, this.#app),
        h('div', { class: 'evidence' }, whyBlock(one.evidence, cls, one.explanation)),
        h('div', { class: 'doubts' }, doubtsBlock(one, cls)),
        this.#reviewOf(one),
        subjects(one).length ? historyBlock() : null,
        h('div', { class: 'around' }, contextBlock(one.evidence?.context) ?? ''),
        this.#eventBlock(one),
        similarBlock(),
      ],
    });
    fillSimilar(this.#root.querySelector('.similar'), one, this.#app);
    if (subjects(one).length) await this.#anomalyHistory(one, cls);
  }

  // An incident of one anomaly is reviewed as what it is; of several, the anomaly is, and the way to the whole stands there.
  #reviewOf(one) {
    const incident = this.#app.incidents.of(one.id);
    const alone = incident && incident.count < 2;
    const whole = incident && !alone ? wordButton('layers', WATCH.incidents.whole, () => this.#app.state.set({ selected: { kind: 'incident', id: incident.id } })) : null; // prettier-ignore
    const review = this.#app.review.blockOf(alone ? { kind: 'incident', id: incident.id } : { kind: 'anomaly', id: one.id });
    if (whole) review.prepend(h('div', { class: 'actions' }, whole));
    return review;
  }

  // The other anomalies of the same event, as the list has grouped them.
  #eventBlock(one) {
    const others = this.#app.list.eventOf(one.id).filter((other) => other.id !== one.id);
    return others.length ? block(T.event(others.length + 1), others.slice(0, MOST_OF_EVENT).map((other) => anomalyLink(other, this.#app))) : null; // prettier-ignore
  }

  async #anomalyHistory(one, cls) {
    const ids = subjects(one);
    const color = safeColor(cls.style?.color);
    const samples = sampleTimes(one.evidence);
    const limits = limitsOf(one.evidence, cls.params);
    const rows = await this.#history({ ids, start: one.start, end: one.end, color, samples, limits });
    if (rows && one.open) this.#follow = { ids, start: one.start };
    if (rows?.length) this.#root.querySelector('.doubts')?.replaceChildren(doubtsBlock(one, cls, rows));
  }

  async #aircraft(id) {
    this.#frame({
      title: this.#app.fleet.get(id)?.callsign || id,
      uiIcon: 'plane',
      body: [
        aircraftActions(id, this.#map, this.#app),
        (this.liveFacts = h('div', {}, liveFacts(id, this.#app))),
        historyBlock(),
        block(TEXTS.detail.theirs, theirLinks(id, this.#app)),
      ],
    });
    await this.#aircraftHistory(id);
  }

  async #aircraftHistory(id) {
    this.#told = stretchAt(this.#app.clock.now());
    const asked = { ids: [id], start: this.#told.start };
    if (await this.#history({ ...asked, end: this.#told.end, color: '' })) this.#follow = asked;
  }

  // At another time the aircraft did something else: line and charts are that time's, and the reader stays where they read.
  #moved(elsewhere) {
    const { selected } = this.#app.state.get();
    if (!this.#told || !(elsewhere || isBeyond(this.#told, this.#app.clock.now()))) return;
    this.#unplot?.();
    this.#unplot = this.#follow = null;
    this.#root.querySelector('.chart-block').replaceWith(historyBlock());
    this.#aircraftHistory(selected.id);
  }

  // Altitude and speed of an aircraft change while one looks.
  tick() {
    const { selected } = this.#app.state.get();
    this.#ticks += 1;
    if (this.#follow && this.#ticks % FOLLOW_TICKS === 0) this.#grow();
    if (selected?.kind !== 'aircraft' || !this.liveFacts?.isConnected) return;
    this.liveFacts.replaceChildren(...liveFacts(selected.id, this.#app));
  }

  async #grow() {
    const { ids, start } = this.#follow;
    if (!this.#app.state.get().live) return;
    // A missed look is no trouble: the next one comes in a moment.
    await this.#app.track.load(ids, start, this.#app.clock.now(), { keep: true }).catch(() => null);
  }

  #frame({ title, style, uiIcon, badge, about, body }) {
    const back = iconButton('back', T.back, () => this.close(), { title: T.backTip });
    const chip = style ? chipOf(style) : h('span', { class: 'chip' }, icon(uiIcon ?? 'info'));
    const tell = (event) => this.#app.card.open(about, event.currentTarget);
    const info = about ? iconButton('info', T.about(title), tell) : null;
    const head = h('h2', { text: title, tabindex: '-1' });
    const taking = this.#taking || this.#holds(this.#root);
    this.#taking = false;
    this.#root.style.setProperty('--color', safeColor(style?.color));
    this.#root.replaceChildren(
      h('div', { class: 'panel-head' }, back, chip, head, badge ? h('span', { class: `priority ${badge}`, text: badge }) : null, info),
      h('div', { class: 'panel-body' }, body.filter(Boolean)),
    );
    this.#root.querySelector('.panel-body').scrollTop = 0;
    if (taking) head.focus({ preventScroll: true });
  }

  // Rows of the first aircraft, or null where another question has come between.
  async #history(asked) {
    const shown = await showHistory(this.#root, this.#app, asked);
    if (!shown) return null;
    this.#unplot = shown.undo;
    return shown.rows;
  }

  // What the service does not have stays away; anything else is asked for again, by hand or as soon as it can be reached.
  #missing(id, title, { message, status }) {
    if (this.#app.state.get().selected?.id !== id) return null;
    this.#lacking = status !== 404;
    const again = this.#lacking ? h('button', { class: 'button', type: 'button', text: TEXTS.list.again, onclick: () => this.show() }) : null;
    this.#frame({ title, body: [h('div', { class: 'empty' }, icon('info', 'icon large'), h('p', { text: message }), again)] });
    return null;
  }

  // The stream has a newer word on what is open: show it, but leave the reader's place alone.
  #refresh() {
    const { selected } = this.#app.state.get();
    const one = selected?.kind === 'anomaly' ? this.#app.anomalies.get(selected.id) : null;
    if (!one || !this.#shown || JSON.stringify(one.feature) === this.#shown) return;
    this.#shown = JSON.stringify(one.feature);
    this.#root.querySelector('.lead').textContent = one.explanation;
    this.#root.querySelector('.facts-grid')?.replaceWith(anomalyFacts(one, this.#app));
    this.#root.querySelector('.evidence')?.replaceChildren(whyBlock(one.evidence, this.#app.classOf(one.cls), one.explanation));
    this.#root.querySelector('.around')?.replaceChildren(contextBlock(one.evidence?.context) ?? '');
  }
}
