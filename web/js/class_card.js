// The card of one class: what it means, who needs it, how to read it, and the numbers it works with.
import { h, safeColor } from './dom.js';
import { numberText, words } from './evidence.js';
import { block, chipOf, iconButton, listBlock, textBlock } from './parts.js';

export class ClassCard {
  #app;
  #root;
  #opener = null;

  constructor(root, app) {
    this.#app = app;
    this.#root = root;
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  open(id, opener = null) {
    const one = this.#app.classOf(id);
    this.#opener = opener;
    const close = iconButton('close', 'Close', () => this.close());
    const title = h('h2', { id: 'card-title', text: one.title });
    const head = h('div', { class: 'panel-head' }, chipOf(one.style), title, close);
    this.#root.style.setProperty('--color', safeColor(one.style?.color));
    this.#root.replaceChildren(head, h('div', { class: 'panel-body prose' }, this.#body(one)));
    this.#root.hidden = false;
    close.focus();
  }

  close() {
    if (!this.isOpen) return false;
    this.#root.hidden = true;
    this.#opener?.focus();
    return true;
  }

  #body({ id, priority, scope, params = {}, describe = {}, active, why, count, needs = [] }) {
    const facts = [
      `${priority} priority`,
      `judges one ${scope} at a time`,
      count ? `${count.open} open, ${count.last_24h} in 24 h` : null,
      id,
    ];
    return [
      active === false
        ? h('p', { class: 'notice', text: `Inactive: ${why || 'something it needs is missing'}` })
        : null,
      h('p', { class: 'lead', text: describe.definition ?? '' }),
      h('p', { class: 'facts', text: facts.filter(Boolean).join(' · ') }),
      listBlock('What to look for', describe.characteristics),
      textBlock('Priority', describe.priority_note),
      textBlock('In context', describe.context),
      listBlock('Who uses it', describe.audience),
      this.#params(params),
      needs.length ? textBlock('Needs', needs.map((group) => [].concat(group).join(' or ')).join('; ')) : null,
    ].filter(Boolean);
  }

  #params(params) {
    return block('Parameters', Object.entries(params).map(([name, p]) => paramRow(name, p))); // prettier-ignore
  }
}

function paramRow(name, { value, default: usual, unit, help, source }) {
  const now = value ?? usual;
  const notes = [help, now !== usual && `default ${numberText(usual)}`, source && `source: ${source}`];
  return h(
    'div',
    { class: 'param' },
    h(
      'div',
      { class: 'param-head' },
      h('span', { class: 'param-name', text: words(name) }),
      h('span', { class: 'param-value', text: [numberText(now), unit].filter(Boolean).join(' ') }),
    ),
    h('p', { text: notes.filter(Boolean).join(' · ') }),
  );
}
