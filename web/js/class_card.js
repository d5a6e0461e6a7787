// The card of one class: what it means, who needs it, how to read it, and the numbers it works with.
import { h, safeColor } from './dom.js';
import { classIcon, icon } from './icons.js';
import { numberText, words } from './evidence.js';

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
    const close = h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close', onclick: () => this.close() }, icon('close'));
    const head = h('div', { class: 'panel-head' }, h('span', { class: 'chip' }, classIcon(one.style)), h('h2', { id: 'card-title', text: one.title }), close);
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
    const facts = [`${priority} priority`, `judges one ${scope} at a time`, count ? `${count.open} open, ${count.last_24h} in 24 h` : null, id];
    return [
      active === false ? h('p', { class: 'notice', text: `Inactive: ${why || 'something it needs is missing'}` }) : null,
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
    const rows = Object.entries(params).map(([name, p]) => {
      const value = p.value ?? p.default;
      const changed = p.value !== undefined && p.value !== p.default;
      return h('div', { class: 'param' },
        h('div', { class: 'param-head' }, h('span', { class: 'param-name', text: words(name) }), h('span', { class: 'param-value', text: `${numberText(value)}${p.unit ? ` ${p.unit}` : ''}` })),
        h('p', { text: [p.help, changed && `default ${numberText(p.default)}`, p.source && `source: ${p.source}`].filter(Boolean).join(' · ') }));
    });
    return rows.length ? h('section', { class: 'block' }, h('h3', { text: 'Parameters' }), rows) : null;
  }
}

const textBlock = (title, text) => (text ? h('section', { class: 'block' }, h('h3', { text: title }), h('p', { text })) : null);

function listBlock(title, items) {
  return items?.length ? h('section', { class: 'block' }, h('h3', { text: title }), h('ul', {}, items.map((text) => h('li', { text })))) : null;
}
