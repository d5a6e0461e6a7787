// The detail of what is selected, in place of the list: sentence, facts, chart, evidence, and what can be done with it.
import { aircraftActions, anomalyActions } from './actions.js';
import { h, safeColor } from './dom.js';
import { evidenceTables } from './evidence.js';
import { aircraftFacts, anomalyFacts } from './facts.js';
import { chartBlock, showHistory } from './history.js';
import { icon } from './icons.js';
import { block, chipOf, colorOf, iconButton, textBlock } from './parts.js';
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
    this.#app.fleet.emphasise(
      selected?.kind === 'aircraft' ? selected.id : this.#app.anomalies.get(selected?.id)?.icao24,
    );
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
      one = await this.#app.anomalies
        .fetch(id)
        .catch((error) => this.#missing('This anomaly cannot be shown', error.message));
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
        one.cleared ? h('p', { class: 'notice', text: `Cleared: ${one.cleared}` }) : null,
        anomalyActions(one, this.#map, this.#app),
        anomalyFacts(one, this.#app),
        one.icao24 ? chartBlock() : null,
        h('div', { class: 'evidence' }, evidenceTables(one.evidence, cls.params)),
        textBlock('How to read it', cls.describe?.context),
      ],
    });
    if (one.icao24 && one.open) this.#follow = { icao24: one.icao24, start: one.start };
    if (one.icao24) await this.#history(one.icao24, one.start, one.end, safeColor(cls.style?.color));
  }

  async #aircraft(id) {
    const one = this.#app.fleet.get(id);
    const now = this.#app.clock.now();
    const theirs = this.#app.anomalies
      .all()
      .filter((a) => a.icao24 === id || a.members.includes(id))
      .slice(0, 20);
    this.#frame({
      title: one?.callsign || id,
      uiIcon: 'plane',
      body: [
        one ? null : h('p', { class: 'notice', text: 'This aircraft is not heard at the time on show.' }),
        aircraftActions(id, this.#map, this.#app),
        (this.liveFacts = h('div', {}, aircraftFacts(one, id, now))),
        chartBlock(),
        block('Its anomalies', theirs.map((a) => this.#link(a))), // prettier-ignore
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
    const back = iconButton('back', 'Back to the list', () => this.close(), { title: 'Back (Esc)' });
    const chip = style ? chipOf(style) : h('span', { class: 'chip' }, icon(uiIcon ?? 'info'));
    const tell = (event) => this.#app.card.open(about, event.currentTarget);
    const info = about ? iconButton('info', `About ${title}`, tell) : null;
    this.#root.style.setProperty('--color', safeColor(style?.color));
    this.#root.replaceChildren(
      h(
        'div',
        { class: 'panel-head' },
        back,
        chip,
        h('h2', { text: title }),
        badge ? h('span', { class: `priority ${badge}`, text: badge }) : null,
        info,
      ),
      h('div', { class: 'panel-body' }, body.filter(Boolean)),
    );
    this.#root.querySelector('.panel-body').scrollTop = 0;
  }

  async #history(icao24, start, end, color) {
    this.#unplot = await showHistory(this.#root, this.#app, { icao24, start, end, color });
  }

  #link(one) {
    const { title, style } = this.#app.classOf(one.cls);
    const open = () => this.#app.state.set({ selected: { kind: 'anomaly', id: one.id } });
    return h(
      'button',
      { class: 'link-row', type: 'button', onclick: open, style: colorOf(style) },
      chipOf(style),
      h('span', { text: title }),
      h('span', { class: 'ago', text: clockText(one.end, false) }),
    );
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
    this.#root
      .querySelector('.evidence')
      ?.replaceChildren(...evidenceTables(one.evidence, this.#app.classOf(one.cls).params));
  }
}
