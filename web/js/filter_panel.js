// The panel that chooses which aircraft are shown: text, altitudes, air or ground, kinds, sources, only with anomalies.
import { throttle } from './bus.js';
import { HIGHEST_FT, isFiltering, KINDS, LONGEST, NO_FILTER, SOURCES, tidy, toggled, WHERE, withEnd } from './craft_filter.js';
import { h, setText } from './dom.js';
import { iconButton } from './parts.js';
import { grip, isSmall } from './sheets.js';
import { TRAFFIC } from './texts/traffic_en.js';
import { unitOf } from './units.js';

const T = TRAFFIC.filter;
const TYPING_MS = 150;
const COUNT_MS = 1000;

class FilterPanel {
  #app;
  #opener;
  #root = h('section', { id: 'filter', class: 'panel', 'aria-labelledby': 'filter-title', hidden: true });
  #text = h('input', { class: 'entry', type: 'search', maxlength: LONGEST, placeholder: T.placeholder, spellcheck: 'false', autocomplete: 'off', 'aria-label': T.text, title: T.textTip });
  #heights = h('div', { class: 'filter-band' });
  #count = h('p', { class: 'facts' });
  #marks = []; // {button, on: filter => whether it is pressed}

  constructor(app, opener) {
    this.#app = app;
    this.#opener = opener;
    this.#build();
    const typed = throttle(() => this.#set({ text: tidy(this.#text.value) }), TYPING_MS);
    this.#text.addEventListener('input', typed);
    app.state.on(['craft'], () => this.#mark());
    app.bus.on('prefs', () => this.#bands());
    setInterval(() => this.#number(), COUNT_MS);
    this.#root.addEventListener('keydown', (event) => event.key === 'Escape' && this.close() && event.stopPropagation());
    document.querySelector('#controls').before(this.#root);
    this.#bands();
    this.#mark();
  }

  get isOpen() {
    const { sheet } = this.#app.state.get();
    return !this.#root.hidden && (sheet === 'filter' || this.#root.checkVisibility());
  }

  toggle() {
    if (this.close()) return;
    this.#root.hidden = false;
    this.#opener.setAttribute('aria-expanded', 'true');
    if (isSmall()) this.#app.state.set({ sheet: 'filter' });
    this.#number();
    this.#text.focus();
  }

  close() {
    if (!this.isOpen) return false;
    this.#root.hidden = true;
    this.#opener.setAttribute('aria-expanded', 'false');
    if (this.#app.state.get().sheet === 'filter') this.#app.state.set({ sheet: null });
    this.#opener.focus();
    return true;
  }

  #set(patch) {
    this.#app.state.set({ craft: { ...this.#app.state.get().craft, ...patch } });
  }

  #build() {
    const close = iconButton('close', T.close, () => this.close());
    const clear = h('button', { class: 'quiet', type: 'button', text: T.clear, onclick: () => this.#clear() });
    this.#marks.push({ button: clear, on: isFiltering, hides: true });
    const choice = (name, value, label) => this.#toggle(label, (craft) => craft[name] === value, () => ({ [name]: value })); // prettier-ignore
    const several = (name, one, label, known) => this.#toggle(label, (craft) => craft[name].split(',').includes(one), (craft) => ({ [name]: toggled(craft[name], one, known) })); // prettier-ignore
    const odd = this.#toggle(T.odd, (craft) => craft.odd, (craft) => ({ odd: !craft.odd }), T.oddTip); // prettier-ignore
    this.#root.append(
      grip(() => this.close()),
      h('div', { class: 'panel-head' }, h('h2', { id: 'filter-title', text: T.title }), clear, close),
      h(
        'div',
        { class: 'panel-body filter-body' },
        this.#text,
        group(T.kinds, KINDS.map((one) => several('kinds', one, T.kind[one], KINDS))), // prettier-ignore
        this.#heights,
        group(T.where, ['', ...WHERE].map((one) => choice('where', one, T.wheres[one]))), // prettier-ignore
        group(T.sources, SOURCES.map((one) => several('sources', one, T.source[one], SOURCES))), // prettier-ignore
        h('div', { class: 'filter-group' }, odd),
        this.#count,
        h('p', { class: 'facts', text: T.lead }),
      ),
    );
  }

  #clear() {
    this.#app.state.set({ craft: NO_FILTER });
    this.#text.focus();
  }

  #toggle(text, on, patch, title = null) {
    const button = h('button', { class: 'toggle', type: 'button', text, title, onclick: () => this.#set(patch(this.#app.state.get().craft)) });
    this.#marks.push({ button, on });
    return button;
  }

  // In the units that the reader prefers.
  #bands() {
    const { unit, per } = unitOf('altitude');
    const step = unit === 'ft' ? 1000 : 500;
    const field = (name, label) => {
      const input = h('input', { class: 'entry', type: 'number', step, min: 0, max: Math.round(HIGHEST_FT * per), inputmode: 'numeric', 'data-field': name, 'aria-label': label });
      input.addEventListener('change', () => this.#set(withEnd(this.#app.state.get().craft, name, feetOf(input.valueAsNumber / per))));
      return input;
    };
    const fields = [h('span', { text: T.from }), field('low', T.low(unit)), h('span', { text: T.to }), field('high', T.high(unit))];
    this.#heights.replaceChildren(group(T.altitude(unit), fields));
    this.#mark();
  }

  #mark() {
    const { craft } = this.#app.state.get();
    const { per } = unitOf('altitude');
    for (const { button, on, hides } of this.#marks) {
      if (hides) button.hidden = !on(craft);
      else button.setAttribute('aria-pressed', String(on(craft)));
    }
    if (document.activeElement !== this.#text) this.#text.value = craft.text;
    for (const input of this.#heights.querySelectorAll('input')) {
      const feet = craft[input.dataset.field];
      input.value = feet === null ? '' : String(Math.round(feet * per));
    }
    this.#number();
  }

  #number() {
    const { fleet } = this.#app;
    if (!this.#root.hidden) setText(this.#count, T.count(fleet.shown, fleet.size));
  }
}

// Whole feet within what is believed of an altitude; null where nothing, or no number, was written.
const feetOf = (feet) => (Number.isFinite(feet) ? Math.max(0, Math.min(HIGHEST_FT, Math.round(feet))) : null);

const group = (label, content) => h('div', { class: 'filter-group', role: 'group', 'aria-label': label }, h('h3', { text: label }), content); // prettier-ignore

export const make = (app, _, opener) => new FilterPanel(app, opener);
