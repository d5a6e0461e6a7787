// The dialog of what a reader prefers: one row of buttons for each choice.
import { h } from './dom.js';
import { icon } from './icons.js';
import { iconButton } from './parts.js';
import { CHOICES, OWN } from './prefs.js';
import { TEXTS } from './texts.js';

const T = TEXTS.settings;

export class Settings {
  #dialog;
  #state;
  #buttons = [];
  #choices;

  // `onMap`: beside the button stands the way to the statistics. `print`: how this page gets onto paper.
  constructor(dialog, { state }, { onMap = true, print = () => window.print() } = {}) {
    this.#dialog = dialog;
    this.#choices = onMap ? { ...CHOICES, ...OWN } : CHOICES;
    this.#state = state;
    const open = iconButton('settings', T.open, () => this.#open());
    const figures = h('a', { class: 'icon-button to-statistics', href: '/statistics', title: T.statistics, 'aria-label': T.statistics }, icon('chart')); // prettier-ignore
    this.button = onMap ? h('span', { class: 'topbar-pair' }, figures, open) : open;
    const close = iconButton('close', T.close, () => dialog.close());
    dialog.append(
      h('div', { class: 'panel-head' }, h('h2', { id: 'settings-title', text: T.title }), close),
      h('div', { class: 'help-body' }, ...Object.keys(this.#choices).map((name) => this.#row(name)), note(), more(dialog, onMap, print)),
    );
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
    state.on(Object.keys(this.#choices), () => this.#mark());
    this.#mark();
  }

  #row(name) {
    const buttons = this.#choices[name].map((value) =>
      h('button', { type: 'button', 'data-choice': value, text: T[name][value], onclick: () => this.#state.set({ [name]: value }) }),
    );
    this.#buttons.push(...buttons.map((button) => ({ name, button })));
    return h(
      'div',
      { class: 'choice', role: 'group', 'aria-label': T[name].label },
      h('span', { text: T[name].label }),
      h('div', { class: 'segmented' }, buttons),
    );
  }

  #mark() {
    const now = this.#state.get();
    for (const { name, button } of this.#buttons)
      button.setAttribute('aria-pressed', String(now[name] === button.dataset.choice));
  }

  #open() {
    this.#dialog.showModal();
  }
}

const note = () => h('p', { class: 'facts', text: `${T.note} ${T.sentences}` });

function more(dialog, onMap, print) {
  const toPaper = () => {
    dialog.close();
    print();
  };
  return h(
    'div',
    { class: 'actions' },
    onMap ? h('a', { class: 'button', href: '/statistics' }, icon('chart'), T.statistics) : null,
    h('button', { class: 'button', type: 'button', onclick: toPaper }, icon('print'), T.print),
  );
}
