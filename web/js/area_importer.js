// The dialog for areas from elsewhere: a file, dropped or chosen, or pasted text.
import { AreaError } from './area.js';
import { MOST_BYTES, readArea } from './area_import.js';
import { boxOf } from './area_shape.js';
import { h, setText } from './dom.js';
import { goBounds } from './map.js';
import { iconButton, wordButton } from './parts.js';

const parseXml = (text) => new DOMParser().parseFromString(text, 'application/xml');

export class AreaImporter {
  #app;
  #map;
  #dialog = h('dialog', { class: 'help import', 'aria-labelledby': 'import-title' });
  #text = h('textarea', {
    rows: 7,
    spellcheck: 'false',
    'aria-label': 'GeoJSON or KML',
    placeholder: '{"type": "Polygon", "coordinates": [[[33, 34], …',
  });
  #file = h('input', {
    type: 'file',
    accept: '.geojson,.json,.kml,application/geo+json',
    'aria-label': 'File',
    onchange: () => this.#take(this.#file.files[0]),
  });
  #error = h('p', { class: 'notice bad', role: 'alert', hidden: true });

  constructor(map, app) {
    this.#app = app;
    this.#map = map;
    const close = iconButton('close', 'Close', () => this.#dialog.close());
    const use = wordButton('check', 'Show it', () => this.#read(this.#text.value, ''));
    this.#dialog.append(
      h('div', { class: 'panel-head' }, h('h2', { id: 'import-title', text: 'Import an area' }), close),
      h(
        'div',
        { class: 'help-body' },
        h('p', {
          text: 'A polygon, or a line, which becomes a corridor, as GeoJSON or KML: choose a file, drop one here, or paste the text. It stays in this browser.',
        }),
        this.#file,
        this.#text,
        this.#error,
        h('div', { class: 'actions' }, use),
      ),
    );
    this.#dialog.addEventListener('dragover', (event) => event.preventDefault());
    this.#dialog.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#take(event.dataTransfer.files[0]);
    });
    document.body.append(this.#dialog);
  }

  get isOpen() {
    return this.#dialog.open;
  }

  open() {
    this.#error.hidden = true;
    this.#file.value = '';
    this.#dialog.showModal();
  }

  async #take(file) {
    if (!file) return;
    if (file.size > MOST_BYTES) return this.#refuse(`The file is larger than ${MOST_BYTES / 1e6} MB.`);
    this.#read(await file.text(), file.name.replace(/\.\w+$/, ''));
  }

  #read(text, name) {
    try {
      const { area, note } = readArea(text, { name, parseXml });
      this.#app.state.set({ area, areaId: null });
      this.#dialog.close();
      goBounds(this.#map, boxOf(area));
      if (note) this.#app.bus.emit('trouble', note);
    } catch (error) {
      if (!(error instanceof AreaError)) throw error;
      this.#refuse(error.message);
    }
  }

  #refuse(message) {
    setText(this.#error, message);
    this.#error.hidden = false;
  }
}
