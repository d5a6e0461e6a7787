// The detail of what is selected, in place of the list: sentence, facts, chart, evidence, and what can be done with it.
import { drawChart } from './chart.js';
import { aircraftFacts, anomalyFacts } from './facts.js';
import { h, safeColor } from './dom.js';
import { evidenceTables } from './evidence.js';
import { classIcon, icon } from './icons.js';
import { go, goBounds } from './map.js';
import { mainFlight } from './track.js';
import { clockText } from './time.js';

const AIRCRAFT_PAST_MS = 45 * 60_000;
const FOLLOW_TICKS = 15; // seconds between two looks at where the selected aircraft went since

export class Detail {
  #app;
  #map;
  #root;
  #shown = '';
  #unplot = null;
  #follow = null; // {icao24, start}: the track grows while its aircraft is live and watched
  #ticks = 0;

  constructor(root, map, app) {
    Object.assign(this, { root });
    this.#app = app;
    this.#map = map;
    this.#root = root;
    app.state.on(['selected'], () => this.show());
    app.bus.on('anomalies', () => this.#refresh());
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  async show() {
    const { selected } = this.#app.state.get();
    this.#app.fleet.emphasise(selected?.kind === 'aircraft' ? selected.id : this.#app.anomalies.get(selected?.id)?.icao24);
    this.#map.triggerRepaint();
    this.#shown = '';
    this.#unplot?.();
    this.#unplot = this.#follow = null;
    this.#app.track.clear();
    this.#root.hidden = !selected;
    document.body.classList.toggle('has-detail', Boolean(selected));
    if (!selected) return this.#root.replaceChildren();
    if (selected.kind === 'aircraft') return this.#aircraft(selected.id);
    return this.#anomaly(selected.id);
  }

  close() {
    if (!this.isOpen) return false;
    this.#app.state.set({ selected: null });
    return true;
  }

  async #anomaly(id) {
    let one = this.#app.anomalies.get(id);
    if (!one) {
      this.#frame({ title: 'Loading…', body: [h('div', { class: 'skeleton tall' })] });
      one = await this.#app.anomalies.fetch(id).catch((error) => this.#missing('This anomaly cannot be shown', error.message));
      if (!one || this.#app.state.get().selected?.id !== id) return;
    }
    const cls = this.#app.classOf(one.cls);
    this.#shown = JSON.stringify(one.feature);
    this.#frame({
      title: cls.title, style: cls.style, badge: one.priority, about: one.cls,
      body: [
        h('p', { class: 'lead', text: one.explanation }),
        one.cleared ? h('p', { class: 'notice', text: `Cleared: ${one.cleared}` }) : null,
        this.#actions(one),
        anomalyFacts(one, this.#app),
        one.icao24 ? this.#chartBlock() : null,
        h('div', { class: 'evidence' }, evidenceTables(one.evidence, cls.params)),
        cls.describe?.context ? h('section', { class: 'block' }, h('h3', { text: 'How to read it' }), h('p', { text: cls.describe.context })) : null,
      ],
    });
    if (one.icao24 && one.open) this.#follow = { icao24: one.icao24, start: one.start };
    if (one.icao24) await this.#history(one.icao24, one.start, one.end, safeColor(cls.style?.color));
  }

  async #aircraft(id) {
    const one = this.#app.fleet.get(id);
    const now = this.#app.clock.now();
    const theirs = this.#app.anomalies.all().filter((a) => a.icao24 === id || a.members.includes(id)).slice(0, 20);
    this.#frame({
      title: one?.callsign || id, uiIcon: 'plane',
      body: [
        one ? null : h('p', { class: 'notice', text: 'This aircraft is not heard at the time on show.' }),
        this.#aircraftActions(id),
        this.liveFacts = h('div', {}, aircraftFacts(one, id, now)),
        this.#chartBlock(),
        theirs.length ? h('section', { class: 'block' }, h('h3', { text: 'Its anomalies' }), h('div', { class: 'linked' }, theirs.map((a) => this.#link(a)))) : null,
      ],
    });
    this.#follow = { icao24: id, start: now - AIRCRAFT_PAST_MS };
    await this.#history(id, now - AIRCRAFT_PAST_MS, now, 'transparent');
  }

  // Altitude and speed of an aircraft change while one looks.
  tick() {
    const { selected } = this.#app.state.get();
    this.#ticks += 1;
    if (this.#follow && this.#ticks % FOLLOW_TICKS === 0) this.#grow();
    if (selected?.kind !== 'aircraft' || !this.liveFacts?.isConnected) return;
    this.liveFacts.replaceChildren(aircraftFacts(this.#app.fleet.get(selected.id), selected.id, this.#app.clock.now()));
  }

  async #grow() {
    const { icao24, start } = this.#follow;
    if (!this.#app.state.get().live) return;
    // A missed look is no trouble: the next one comes in a moment.
    await this.#app.track.load(icao24, start, this.#app.clock.now(), { keep: true }).catch(() => null);
  }

  #frame({ title, style, uiIcon, badge, about, body }) {
    const back = h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Back to the list', title: 'Back (Esc)', onclick: () => this.close() }, icon('back'));
    const chip = h('span', { class: 'chip' }, style ? classIcon(style) : icon(uiIcon ?? 'info'));
    const info = about ? h('button', { class: 'icon-button', type: 'button', 'aria-label': `About ${title}`, onclick: (event) => this.#app.card.open(about, event.currentTarget) }, icon('info')) : null;
    this.#root.style.setProperty('--color', safeColor(style?.color));
    this.#root.replaceChildren(
      h('div', { class: 'panel-head' }, back, chip, h('h2', { text: title }), badge ? h('span', { class: `priority ${badge}`, text: badge }) : null, info),
      h('div', { class: 'panel-body' }, body.filter(Boolean)),
    );
    this.#root.querySelector('.panel-body').scrollTop = 0;
  }

  #actions(one) {
    const act = (name, text, fn) => h('button', { class: 'button', type: 'button', onclick: fn }, icon(name), text);
    const said = (event, promise) => promise.then(() => flash(event.currentTarget ?? event.target, 'Copied'), () => flash(event.target, 'Not allowed'));
    return h('div', { class: 'actions' },
      act('target', 'Zoom to', () => one.box && goBounds(this.#map, one.box)),
      act('clock', 'Its time', () => this.#app.time.scrub(one.end)),
      act('link', 'Link', (event) => said(event, navigator.clipboard.writeText(location.href))),
      act('copy', 'GeoJSON', (event) => said(event, navigator.clipboard.writeText(JSON.stringify(one.feature, null, 2)))));
  }

  #aircraftActions(id) {
    const zoom = () => {
      const center = this.#app.fleet.where(id);
      if (center) go(this.#map, { center, zoom: Math.max(8, this.#map.getZoom()) });
    };
    const copy = (event) => navigator.clipboard.writeText(location.href).then(() => flash(event.target, 'Copied'), () => flash(event.target, 'Not allowed'));
    return h('div', { class: 'actions' }, h('button', { class: 'button', type: 'button', onclick: zoom }, icon('target'), 'Zoom to'), h('button', { class: 'button', type: 'button', onclick: copy }, icon('link'), 'Link'));
  }

  #chartBlock() {
    return h('section', { class: 'block chart-block' },
      h('h3', {}, 'Altitude and speed', h('span', { class: 'keyline' }, h('span', { class: 'k-alt', text: 'ft' }), h('span', { class: 'k-speed', text: 'kt' }))),
      h('div', { class: 'chart' }, h('div', { class: 'skeleton chart-wait' })), h('p', { class: 'chart-readout' }, ''));
  }

  async #history(icao24, start, end, color) {
    const host = this.#root.querySelector('.chart');
    const note = this.#root.querySelector('.chart-readout');
    try {
      const rows = await this.#app.track.load(icao24, start, end);
      if (!rows || !host.isConnected) return;
      host.replaceChildren();
      if (!rows.some((row) => Number.isFinite(row.altitude) || Number.isFinite(row.speed))) {
        note.textContent = 'No positions are stored for this time.';
        return;
      }
      note.textContent = `${rows.length} positions, ${clockText(rows[0].time)} to ${clockText(rows[rows.length - 1].time)} UTC`;
      this.#unplot = await drawChart(host, mainFlight(rows, start, end), { start, end, color });
    } catch (error) {
      if (!host.isConnected) return;
      host.replaceChildren();
      note.textContent = `Track did not load. ${error.message}`;
    }
  }

  #link(one) {
    const { title, style } = this.#app.classOf(one.cls);
    const open = () => this.#app.state.set({ selected: { kind: 'anomaly', id: one.id } });
    return h('button', { class: 'link-row', type: 'button', onclick: open, style: { '--color': safeColor(style?.color) } }, h('span', { class: 'chip' }, classIcon(style)), h('span', { text: title }), h('span', { class: 'ago', text: clockText(one.end, false) }));
  }

  #missing(title, text) {
    this.#frame({ title, body: [h('div', { class: 'empty' }, icon('info', 'icon large'), h('p', { text }))] });
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
    this.#root.querySelector('.evidence')?.replaceChildren(...evidenceTables(one.evidence, this.#app.classOf(one.cls).params));
  }
}

function flash(button, text) {
  const node = button.closest('button');
  const before = node.lastChild;
  if (before.nodeType !== 3 || node.dataset.busy) return;
  const was = before.data;
  node.dataset.busy = '1';
  before.data = text;
  setTimeout(() => {
    before.data = was;
    delete node.dataset.busy;
  }, 1400);
}
