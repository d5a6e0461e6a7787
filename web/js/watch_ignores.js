// The fifth part of the panel: what is kept quiet, one's own and for everyone; added and taken back.
import { h } from './dom.js';
import { clearFaults, field, showRefusal } from './form.js';
import { doing } from './menu.js';
import { WATCH } from './texts/watch_en.js';
import { dateText } from './time.js';

const T = WATCH.ignores;
const DAY_MS = 86_400_000;

export class IgnoresView {
  #app;
  #panel;
  #kind = 'aircraft';
  #made = null; // the form, kept while somebody fills it
  #list = h('div', {});

  constructor(app, panel) {
    this.#app = app;
    this.#panel = panel;
    this.root = h('div', { class: 'watch-part' });
  }

  show() {
    const { watch, access } = this.#app;
    if (access.mayWatch && !this.#made) this.#fill();
    const rows = watch.ignores.map((one) => this.#row(one));
    this.#list.replaceChildren(...(rows.length ? [h('ul', { class: 'watch-rows' }, rows)] : this.#panel.empty('info', T.none, T.noneWhy)));
    if (!this.root.contains(this.#list)) this.root.append(this.#list);
  }

  #fill() {
    const made = this.#form();
    if (this.#made) this.#made.replaceWith(made);
    else this.root.prepend(made);
    this.#made = made;
  }

  #form() {
    const { watch, access } = this.#app;
    const options = (pairs, chosen) => pairs.map(([value, text]) => h('option', { value, text, selected: value === chosen }));
    const kind = h('select', { onchange: () => this.#choose(kind.value) }, options(Object.entries(T.kinds), this.#kind));
    const what =
      this.#kind === 'area'
        ? h('select', {}, options(watch.areas.map((one) => [String(one.id), one.properties.name]), ''))
        : h('input', { type: 'text', required: true, maxlength: 40, spellcheck: 'false', autocomplete: 'off' });
    const reason = h('input', { type: 'text', maxlength: 500, autocomplete: 'off' });
    const until = h('select', {}, options(T.lasting, ''));
    const everyone = h('input', { type: 'checkbox' });
    const notice = h('p', { class: 'notice', role: 'alert', hidden: true });
    const send = h('button', { class: 'button primary', type: 'submit', text: T.add });
    const form = h(
      'form',
      { class: 'watch-form ignore-form' },
      field('kind', T.kind, kind),
      this.#kind === 'area' ? field('area', T.area, what) : field('value', T.value[this.#kind], what, { help: T.help[this.#kind] }),
      field('reason', T.reason, reason),
      field('until', T.until, until),
      access.me.role === 'admin' ? field('everyone', T.everyone, everyone, { inline: true }) : null,
      notice,
      h('div', { class: 'actions' }, send),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const named = this.#kind === 'area' ? { area: Number(what.value) } : { value: what.value.trim() };
      const ends = until.value ? new Date(Date.now() + Number(until.value) * DAY_MS).toISOString() : null;
      this.#add({ kind: this.#kind, ...named, reason: reason.value.trim(), until: ends, everyone: everyone.checked }, { form, notice, send });
    });
    return form;
  }

  #choose(kind) {
    this.#kind = kind;
    this.#fill();
    this.#made.querySelector('select').focus();
  }

  async #add(body, { form, notice, send }) {
    clearFaults(form);
    notice.hidden = true;
    send.disabled = true;
    try {
      await this.#app.watch.save('ignores', body);
      this.#fill();
      this.#made.querySelector('select').focus();
    } catch (error) {
      showRefusal(form, error, notice);
    } finally {
      send.disabled = false;
    }
  }

  #row(one) {
    const { watch, access } = this.#app;
    const name = one.kind === 'area' ? (watch.area(one.area)?.properties.name ?? WATCH.areas.unnamed(one.area)) : one.value;
    const ends = one.until ? T.ends(dateText(Date.parse(one.until))) : null;
    const facts = [T.kinds[one.kind], ends, one.everyone ? T.forAll : null, one.reason].filter(Boolean).join(' · ');
    const own = one.owner === access.me.account || access.me.role === 'admin';
    const back = (event) => doing(this.#app, event.currentTarget, () => watch.remove('ignores', one.id));
    return h(
      'li',
      { class: 'watch-row paused' },
      h('div', { class: 'watch-top' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('h2', { text: name })),
      h('p', { class: 'facts', text: facts }),
      own ? h('div', { class: 'actions' }, h('button', { class: 'button', type: 'button', text: T.remove, 'aria-label': T.removeOf(name), onclick: back })) : null, // prettier-ignore
    );
  }
}
