// The search box: icao24, callsign, registration, coordinates; suggestions as a listbox that the keyboard can walk.
import { h } from './dom.js';
import { findMatches, parseCoordinates } from './find.js';
import { icon } from './icons.js';
import { go } from './map.js';

export class Search {
  #app;
  #map;
  #found = [];
  #at = -1;
  #list = h('ul', { id: 'found', class: 'found', role: 'listbox', 'aria-label': 'Search results', hidden: true });

  constructor(root, map, app) {
    this.#app = app;
    this.#map = map;
    this.input = h('input', {
      type: 'search',
      class: 'search-input',
      placeholder: 'Callsign, ICAO 24, registration, lat lon',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: '60',
      role: 'combobox',
      'aria-label': 'Search aircraft, anomalies or coordinates',
      'aria-expanded': 'false',
      'aria-controls': 'found',
      'aria-autocomplete': 'list',
      oninput: () => this.#look(),
      onkeydown: (event) => this.#keyed(event),
      onblur: () => setTimeout(() => this.#close(), 150),
      onfocus: () => this.#look(),
    });
    root.append(icon('search'), this.input, h('kbd', { text: '/', 'aria-hidden': 'true' }), this.#list);
  }

  #look() {
    const text = this.input.value;
    const place = parseCoordinates(text);
    const { fleet, anomalies } = this.#app;
    this.#found = place
      ? [
          {
            kind: 'place',
            ...place,
            title: `${place.lat.toFixed(4)}, ${place.lng.toFixed(4)}`,
            note: 'Go to coordinates',
          },
        ]
      : findMatches(text, { aircraft: fleet.all(), anomalies: anomalies.all() });
    this.#at = this.#found.length ? 0 : -1;
    this.#draw(text.trim().length >= 2);
  }

  #draw(asked) {
    const options = this.#found.map((one, i) => {
      const kind =
        one.kind === 'anomaly' ? this.#app.classOf(one.cls).title : one.kind === 'aircraft' ? 'Aircraft' : '';
      return h(
        'li',
        {
          role: 'option',
          id: `found-${i}`,
          'aria-selected': String(i === this.#at),
          onpointerdown: (event) => this.#pressed(event, i),
        },
        h('span', { class: 'found-title', text: one.title }),
        h('span', { class: 'found-kind', text: kind }),
        h('span', { class: 'found-note', text: one.note }),
      );
    });
    if (asked && !options.length)
      options.push(
        h('li', { class: 'none', role: 'option', 'aria-disabled': 'true', text: 'Nothing by that name is on show' }),
      );
    this.#list.replaceChildren(...options);
    this.#list.hidden = !options.length;
    this.input.setAttribute('aria-expanded', String(!this.#list.hidden));
    if (this.#at >= 0) this.input.setAttribute('aria-activedescendant', `found-${this.#at}`);
    else this.input.removeAttribute('aria-activedescendant');
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
      this.#draw(true);
      event.preventDefault();
    } else return;
    event.stopPropagation();
  }

  #choose(i) {
    const one = this.#found[i];
    if (!one) return;
    if (one.kind === 'place') go(this.#map, { center: [one.lng, one.lat], zoom: Math.max(7, this.#map.getZoom()) });
    else this.#show(one);
    this.#close();
    this.input.blur();
  }

  #show({ kind, id }) {
    this.#app.state.set({ selected: { kind, id } });
    const center = kind === 'aircraft' ? this.#app.fleet.where(id) : this.#app.anomalies.get(id)?.anchor;
    if (center) go(this.#map, { center, zoom: Math.max(7, this.#map.getZoom()) });
  }

  #close() {
    this.#list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}
