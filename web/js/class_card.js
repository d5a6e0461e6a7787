// The card of one class: what it means, who needs it, how to read it, and the numbers it works with.
import { precisionBlock } from './class_precision.js';
import { h, safeColor } from './dom.js';
import { numberText, words } from './evidence.js';
import { block, chipOf, iconButton, listBlock, textBlock, wordButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.card;

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
    const close = iconButton('close', T.close, () => this.close());
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

  #body(one) {
    const { id, priority, scope, params = {}, describe = {}, active, why, count, needs = [], measured } = one;
    const facts = [
      T.priority(TEXTS.priorities[priority] ?? priority),
      T.scope(scope),
      count ? T.count(count.open, count.last_24h) : null,
    ];
    return [
      active === false
        ? h('p', { class: 'notice', text: T.inactive(why) })
        : null,
      h('p', { class: 'facts' }, T.id, h('code', { text: id }), ` · ${facts.filter(Boolean).join(' · ')}`),
      this.#buttons(id),
      block(T.definition, h('p', { class: 'lead', text: describe.definition ?? '' })),
      listBlock(T.characteristics, describe.characteristics),
      listBlock(T.audience, describe.audience),
      textBlock(T.review, describe.priority_note),
      textBlock(T.context, describe.context),
      block(T.measured, figures(measured)),
      precisionBlock(this.#app, id),
      this.#params(params),
      needs.length ? textBlock(T.needs, needs.map((group) => [].concat(group).join(T.or)).join('; ')) : null,
    ].filter(Boolean);
  }

  // Alone, or back to all: what alt-click does, for fingers and keys.
  #buttons(id) {
    const solo = wordButton('eye', T.solo, () => this.#app.layersPanel.solo(id));
    return h('div', { class: 'actions' }, solo);
  }

  #params(params) {
    return block(
      T.params,
      Object.entries(params).map(([name, p]) => paramRow(name, p)),
    );
  }
}

// What the scorecard found of the class; nothing where it could not be measured.
function figures(measured) {
  if (!measured) return [];
  const { basis, precision, recall, delay_median_s: median, delay_p95_s: late, false_per_100h: alerts } = measured;
  const share = (value) => `${Math.round(100 * value)} %`;
  const tiles = [
    [precision, share, T.precision],
    [recall, share, T.recall],
    [median, (value) => `${numberText(value)} s`, T.delay(numberText(late))],
    [alerts, numberText, T.alerts],
  ].filter(([value]) => Number.isFinite(value));
  if (!tiles.length) return [];
  const tile = ([value, text, words_]) =>
    h('div', { class: 'tile' }, h('b', { text: text(value) }), h('span', { text: words_ }));
  const { episodes, found, cleared_precision: both, cleared_recall: all } = measured;
  const notes = [
    basis && T.basis(basis),
    Number.isFinite(found) && Number.isFinite(episodes) ? T.found(found, episodes) : null,
    Number.isFinite(both) && Number.isFinite(all) ? T.cleared(share(both), share(all)) : null,
  ].filter(Boolean);
  const note = notes.length ? h('p', { class: 'tiles-note', text: notes.join(' · ') }) : null;
  return [h('div', { class: 'tiles' }, tiles.map(tile), note)];
}

function paramRow(name, { value, default: usual, unit, help, source }) {
  const now = value ?? usual;
  const notes = [help, now !== usual && T.usual(numberText(usual)), source && T.source(source)];
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
