// The dialog for areas from elsewhere: a file, dropped or chosen, or pasted text.
import { AreaError } from './area.js';
import { MOST_BYTES, readArea } from './area_import.js';
import { boxOf } from './area_shape.js';
import { h, setText } from './dom.js';
import { goBounds } from './map.js';
import { iconButton, wordButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.tools.importer;
const parseXml = (text) => new DOMParser().parseFromString(text, 'application/xml');

export class AreaImporter {
  #app;
  #map;
  #dialog = h('dialog', { class: 'help import', 'aria-labelledby': 'import-title' });
  #text = h('textarea', {
    rows: 7,
    spellcheck: 'false',
    'aria-label': T.text,
    placeholder: T.example,
  });
  #file = h('input', {
    type: 'file',
    accept: '.geojson,.json,.kml,application/geo+json',
    'aria-label': T.file,
    onchange: () => this.#take(this.#file.files[0]),
  });
  #error = h('p', { class: 'notice bad', role: 'alert', hidden: true });

  constructor(map, app) {
    this.#app = app;
    this.#map = map;
    const close = iconButton('close', T.close, () => this.#dialog.close());
    const use = wordButton('check', T.use, () => this.#read(this.#text.value, ''), { class: 'button primary' });
    this.#dialog.append(
      h('div', { class: 'panel-head' }, h('h2', { id: 'import-title', text: T.title }), close),
      h(
        'div',
        { class: 'help-body' },
        h('p', { text: T.lead }),
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
    if (file.size > MOST_BYTES) return this.#refuse(T.large(MOST_BYTES / 1e6));
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
