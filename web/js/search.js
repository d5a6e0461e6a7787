// The search box: aircraft and anomalies at hand at once, aerodromes, towns and the past a moment later; walked by keyboard.
import { h } from './dom.js';
import { findMatches, parseCoordinates } from './find.js';
import { icon } from './icons.js';
import { Lookup } from './lookup.js';
import { go } from './map.js';
import { TEXTS } from './texts.js';
import { agoText } from './time.js';

const T = TEXTS.search;
const WAIT_MS = 220;
const LEAST = 2; // letters
const LEAST_REMOTE = 3;
const CLOSE = { airport: 9, town: 8, place: 7, aircraft: 7, anomaly: 7 }; // how close to go, by what was chosen

export class Search {
  #app;
  #map;
  #lookup;
  #found = [];
  #at = -1;
  #asking = null;
  #timer = 0;
  #list = h('ul', { id: 'found', class: 'found', role: 'listbox', 'aria-label': T.results, hidden: true });

  constructor(root, map, app) {
    this.#app = app;
    this.#map = map;
    this.#lookup = new Lookup(app.api);
    this.input = h('input', {
      type: 'search',
      class: 'search-input',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: '60',
      role: 'combobox',
      'aria-label': T.label,
      'aria-expanded': 'false',
      'aria-controls': 'found',
      'aria-autocomplete': 'list',
      oninput: () => this.#look(),
      onkeydown: (event) => this.#keyed(event),
      onblur: () => setTimeout(() => this.#close(), 150),
      onfocus: () => this.#look(),
    });
    const small = matchMedia('(width < 760px)');
    const fit = () => (this.input.placeholder = small.matches ? T.short : T.placeholder);
    small.addEventListener('change', fit);
    fit();
    root.append(icon('search'), this.input, h('kbd', { text: '/', 'aria-hidden': 'true' }), this.#list);
  }

  #look() {
    const text = this.input.value.trim();
    const place = parseCoordinates(text);
    const { fleet, anomalies } = this.#app;
    const at = place && [place.lng, place.lat];
    const named = () => findMatches(text, { aircraft: fleet.all(), anomalies: anomalies.all() });
    this.#found = place ? [{ kind: 'place', at, title: `${place.lat.toFixed(4)}, ${place.lng.toFixed(4)}`, note: T.go }] : named();
    this.#at = this.#found.length ? 0 : -1;
    this.#asking?.abort();
    clearTimeout(this.#timer);
    const more = !place && text.length >= LEAST_REMOTE;
    if (more) this.#timer = setTimeout(() => this.#ask(text), WAIT_MS);
    this.#draw(text.length >= LEAST, more);
  }

  // What is at hand stays on top; what comes later is added below, and never moves the choice.
  async #ask(text) {
    const asking = (this.#asking = new AbortController());
    const more = await this.#lookup.find(text, asking.signal);
    if (asking.signal.aborted || this.input.value.trim() !== text) return;
    const known = new Set(this.#found.map((one) => one.id).filter(Boolean));
    this.#found = [...this.#found, ...more.filter((one) => !one.id || !known.has(one.id))];
    if (this.#at < 0 && this.#found.length) this.#at = 0;
    if (document.activeElement === this.input) this.#draw(true, false);
  }

  #draw(asked, waiting) {
    const options = this.#found.map((one, i) => this.#option(one, i));
    if (asked && !options.length)
      options.push(h('li', { class: 'none', role: 'option', 'aria-disabled': 'true', text: waiting ? T.waiting : T.none }));
    this.#list.replaceChildren(...options);
    this.#list.hidden = !options.length;
    this.input.setAttribute('aria-expanded', String(!this.#list.hidden));
    if (this.#at >= 0) this.input.setAttribute('aria-activedescendant', `found-${this.#at}`);
    else this.input.removeAttribute('aria-activedescendant');
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' });
  }

  #option(one, i) {
    const kind = one.kind === 'anomaly' ? this.#anomalyText(one) : T.kinds[one.kind];
    return h(
      'li',
      { role: 'option', id: `found-${i}`, 'aria-selected': String(i === this.#at), onpointerdown: (event) => this.#pressed(event, i) },
      h('span', { class: 'found-title', text: one.title }),
      h('span', { class: 'found-kind', text: kind }),
      h('span', { class: 'found-note', text: one.note }),
    );
  }

  // What an aircraft did again and again is told apart by when.
  #anomalyText({ cls, end }) {
    const { clock } = this.#app;
    const when = Number.isFinite(end) && clock.known() ? agoText(end, clock.live()) : '';
    return [this.#app.classOf(cls).title, when].filter(Boolean).join(' · ');
  }

  #pressed(event, i) {
    event.preventDefault();
    this.#choose(i);
  }

  #keyed(event) {
    if (event.key === 'Escape') {
      this.input.value = '';
      this.#close();
      this.input.blur();
    } else if (event.key === 'Enter') this.#choose(this.#at);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const n = this.#found.length;
      if (n) this.#at = (this.#at + (event.key === 'ArrowDown' ? 1 : n - 1)) % n;
      this.#draw(true, false);
      event.preventDefault();
    } else return;
    event.stopPropagation();
  }

  #choose(i) {
    const one = this.#found[i];
    if (!one) return;
    this.#show(one);
    this.#close();
    this.input.blur();
  }

  async #show({ kind, id, at }) {
    if (id) this.#app.state.set({ selected: { kind, id } });
    const center = at ?? (kind === 'aircraft' ? this.#app.fleet.where(id) : await this.#anchorOf(id));
    if (center) go(this.#map, { center, zoom: Math.max(CLOSE[kind], this.#map.getZoom()) });
  }

  // An anomaly of another time may have to be fetched; the panel says what goes wrong.
  async #anchorOf(id) {
    const one = this.#app.anomalies.get(id) ?? (await this.#app.anomalies.fetch(id).catch(() => null));
    return one?.anchor;
  }

  #close() {
    this.#list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}
