// The layers of the map itself: a switch for each, what its colours mean, and how faint it is drawn.
import { altitudeGradient } from './altitude.js';
import { h, setText } from './dom.js';
import { LEAST, shareOf } from './fade.js';
import { DENSITY } from './overlay_style.js';
import { TEXTS } from './texts.js';
import { inUnit } from './units.js';

const T = TEXTS.mapLayers;

const GROUPS = [
  ['traffic', ['aircraft', 'labels', 'trails', 'tracks', 'density', 'coverage', 'receiver']],
  ['map', ['hotspots', 'cells', 'zones', 'areas', 'cleared', 'graticule']],
];
const HEIGHTS_FT = [0, 15_000, 30_000, 45_000]; // beneath the colours of altitude, evenly spaced as they are
const FADING = ['tracks', 'density', 'coverage', 'hotspots', 'cells', 'zones'];

export class MapLayers {
  #app;
  #rows = new Map(); // layer -> {toggle, note, faint}

  constructor(root, app) {
    this.#app = app;
    root.append(
      ...GROUPS.map(([group, layers]) =>
        h(
          'section',
          { class: 'group', 'aria-label': T.groups[group] },
          h('h3', { text: T.groups[group] }),
          layers.map((one) => this.#row(one)),
        ),
      ),
    );
    this.#heights();
    this.#rows
      .get('density')
      .row.append(
        ramp(`linear-gradient(90deg, ${DENSITY.join(', ')})`, T.densities, T.flown),
      );
    this.#rows.get('cells').row.append(shares());
    root.append(this.#legend());
    app.bus.on('overlay', () => this.tick());
    app.bus.on('prefs', (changed) => changed.includes('units') && this.#heights());
    app.state.on(['layers', 'opacity'], () => this.#pressed());
    this.#pressed();
  }

  #row(key) {
    const [name, help] = T.layers[key];
    const note = h('span', { class: 'count' });
    const toggle = h(
      'button',
      {
        class: 'layer plain',
        type: 'button',
        role: 'switch',
        title: help,
        'data-layer': key,
        onclick: () => this.#toggle(key),
      },
      h('span', { class: 'switch' }),
      h('span', { class: 'name', text: name }),
      note,
    );
    const faint = FADING.includes(key) ? this.#slider(key, name) : null;
    const row = h('div', { class: 'layer-row' }, toggle, faint);
    this.#rows.set(key, { row, toggle, note, faint });
    return row;
  }

  // In the units that the reader prefers.
  #heights() {
    const { row } = this.#rows.get('aircraft');
    const words = HEIGHTS_FT.map((ft) => inUnit(ft, 'altitude'));
    row.querySelector('.legend')?.remove();
    row.append(ramp(altitudeGradient(), T.altitudes(words[0], words.at(-1)), words));
  }

  #slider(key, name) {
    return h('input', {
      class: 'faint',
      type: 'range',
      min: LEAST,
      max: 1,
      step: 0.05,
      value: 1,
      'aria-label': T.opacityOf(name),
      title: T.opacity,
      oninput: (event) => this.#fade(key, Number(event.target.value)),
    });
  }

  #legend() {
    const meaning = [
      ['open', T.open],
      ['over', T.over],
      ['bright', T.bright],
      ['explained', T.explained],
    ];
    const marks = h(
      'div',
      { class: 'legend marks' },
      meaning.map(([kind, text]) => h('span', { class: `mark ${kind}`, text })),
    );
    const faint = this.#slider('anomalies', TEXTS.list.title);
    this.#rows.set('anomalies', { faint });
    return h(
      'section',
      { class: 'group', 'aria-label': T.legend },
      h('h3', { text: T.marks }),
      marks,
      h('label', { class: 'layer-row faint-row' }, h('span', { class: 'name', text: T.opacity }), faint),
    );
  }

  #toggle(key) {
    const { layers } = this.#app.state.get();
    this.#app.state.set({ layers: { ...layers, [key]: !layers[key] } });
  }

  #fade(key, share) {
    const { [key]: _, ...others } = this.#app.state.get().opacity;
    this.#app.state.set({ opacity: share < 1 ? { ...others, [key]: share } : others });
  }

  #pressed() {
    const state = this.#app.state.get();
    for (const [key, { toggle, faint }] of this.#rows) {
      toggle?.setAttribute('aria-checked', String(state.layers[key]));
      if (!faint) continue;
      faint.hidden = key in state.layers && !state.layers[key];
      faint.value = String(shareOf(state, key));
    }
    this.tick();
  }

  // The number of aircraft changes with every tick: main calls this once a second.
  tick() {
    const { overlays, fleet, state } = this.#app;
    if (!overlays) return;
    setText(this.#rows.get('aircraft').note, fleet.shown < fleet.size ? T.some(fleet.shown, fleet.size) : fleet.size ? fleet.size.toLocaleString('en') : '');
    for (const key of ['zones', 'cells', 'hotspots', 'receiver']) {
      const failed = overlays.failed.get(key);
      const { note } = this.#rows.get(key);
      setText(note, !state.get().layers[key] ? '' : failed ? T.failed : (overlays.count.get(key)?.toLocaleString('en') ?? ''));
      note.title = failed ?? '';
    }
  }
}

function ramp(background, label, words) {
  return h(
    'div',
    { class: 'legend', role: 'img', 'aria-label': label },
    h('div', { class: 'ramp', style: { background } }),
    h(
      'div',
      { class: 'ramp-words' },
      words.map((text) => h('span', { text })),
    ),
  );
}

function shares() {
  const keys = [
    ['low', '< 2 %'],
    ['mid', '< 10 %'],
    ['bad', '≥ 10 %'],
  ];
  return h(
    'div',
    { class: 'legend keys' },
    keys.map(([cls, text]) => h('span', { class: `key ${cls}`, text })),
  );
}
