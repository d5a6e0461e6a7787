// The menu of saved sets in the head of the layers panel: use one, keep what is on show, share it, go back to all.
import { h } from './dom.js';
import { LayerSets, setText } from './layer_sets.js';
import { iconButton, wordButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.tools.sets;
const SHORT = 40;

export class SetsMenu {
  #app;
  #sets;
  #list = h('ul', { class: 'places' });
  #name = h('input', {
    class: 'set-name',
    maxlength: SHORT,
    placeholder: T.placeholder,
    'aria-label': T.name,
  });

  constructor(root, app) {
    this.#app = app;
    this.#sets = new LayerSets(app.state);
    const form = h(
      'form',
      { class: 'set-form', onsubmit: (event) => this.#save(event) },
      this.#name,
      h('button', { class: 'button', type: 'submit', text: T.save }),
    );
    const share = wordButton('link', T.share, () => this.#share());
    this.details = h(
      'details',
      { class: 'group' },
      h('summary', {}, h('h3', { text: T.title })),
      this.#list,
      form,
      share,
    );
    root.append(this.details);
    app.state.on(['off', 'layers', 'opacity'], () => this.#redraw());
    this.#redraw();
  }

  #save(event) {
    event.preventDefault();
    const name = this.#name.value.trim();
    if (!name) return this.#name.focus();
    if (!this.#sets.save(name))
      this.#app.bus.emit('trouble', T.unkept);
    this.#name.value = '';
    return this.#redraw();
  }

  async #share() {
    const link = new URL(setText(this.#app.state.get()) || '#', location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.#app.bus.emit('announce', T.copied);
      this.#name.placeholder = T.copiedShort;
    } catch {
      this.#app.bus.emit('trouble', link); // no clipboard here: the link itself can be copied by hand
    }
  }

  #redraw() {
    const rows = this.#sets.all().map(({ name }) => this.#row(name));
    this.#list.replaceChildren(...rows);
    this.#list.hidden = !rows.length;
  }

  #row(name) {
    const use = h(
      'button',
      {
        class: 'layer plain',
        type: 'button',
        'aria-pressed': String(this.#sets.isOn(name)),
        onclick: () => this.#sets.use(name),
      },
      h('span', { class: 'name', text: name }),
    );
    const forget = iconButton('trash', T.forget(name), () => this.#forget(name), { small: true });
    return h('li', { class: 'layer-row' }, use, forget);
  }

  #forget(name) {
    this.#sets.forget(name);
    this.#redraw();
  }
}
