// The part of the form that says where alerts go: this page always, destinations that are there, a new one; and a test.
import { h } from './dom.js';
import { destinationForm } from './destination_form.js';
import { group } from './form.js';
import { doing } from './menu.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';
import { tried } from './watch_destinations.js';

const T = WATCH.form;

export class WhereField {
  #app;
  #draft;
  #list = h('div', { class: 'boxes' });
  #extra = h('div', {});
  #test;

  constructor(app, draft) {
    this.#app = app;
    this.#draft = draft;
    const add = wordButton('plus', WATCH.destinations.add, () => this.#add());
    this.#test = wordButton('send', T.test, (event) => doing(app, event.currentTarget, () => this.test()));
    this.root = group('destinations', T.where, this.#list, h('div', { class: 'actions' }, add, this.#test));
    this.form = this.#extra; // a form may not stand in another one: it stands behind it
    this.#show();
  }

  #show(said = new Map()) {
    const page = h('label', { class: 'box' }, h('input', { type: 'checkbox', checked: true, disabled: true }), h('span', { text: T.page }), h('span', { class: 'facts', text: T.pageWhy }));
    this.#list.replaceChildren(page, ...this.#app.watch.destinations.map((one) => this.#row(one, said.get(one.id))));
    this.#test.hidden = !this.#draft.destinations.length;
  }

  #row(one, said) {
    const box = h('input', { type: 'checkbox', checked: this.#draft.destinations.includes(one.id), onchange: () => this.#choose(one.id, box.checked) });
    const result = said ? h('p', { class: said.bad ? 'fault' : 'good-note', role: 'status', text: said.text }) : null;
    return h('div', {}, h('label', { class: 'box' }, box, h('span', { text: one.name }), h('span', { class: 'facts', text: one.shown ?? '' })), result);
  }

  #choose(id, on) {
    const others = this.#draft.destinations.filter((other) => other !== id);
    this.#draft.destinations = on ? [...others, id] : others;
    this.#test.hidden = !this.#draft.destinations.length;
  }

  #add() {
    const form = destinationForm(this.#app, { done: (saved) => this.#added(saved) });
    this.#extra.replaceChildren(form);
    form.scrollIntoView({ block: 'nearest' });
    form.querySelector('select').focus();
  }

  #added(saved) {
    this.#extra.replaceChildren();
    if (saved) this.#draft.destinations = [...this.#draft.destinations, saved.id];
    this.#show();
    (saved ? this.#test : this.root.querySelector('.actions button')).focus();
  }

  async test() {
    const ids = this.#draft.destinations;
    const results = await Promise.all(ids.map((id) => tried(this.#app, id)));
    this.#show(new Map(ids.map((id, i) => [id, results[i]])));
    this.#test.focus();
  }
}
