// The third part of the panel: where alerts go, whether they arrive there, each delivery; and a new destination.
import { h } from './dom.js';
import { destinationForm } from './destination_form.js';
import { disclosure, doing, sureButton } from './menu.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';
import { agoText } from './time.js';

const T = WATCH.destinations;

export class DestinationsView {
  #app;
  #panel;
  #form = null; // while one is made or changed
  #said = new Map(); // id -> what a test said
  #logs = new Map(); // id -> deliveries, where the log is open
  #unfolded = new Set();

  constructor(app, panel) {
    this.#app = app;
    this.#panel = panel;
    this.root = h('div', { class: 'watch-part' });
  }

  show() {
    if (this.#form) return;
    const { destinations } = this.#app.watch;
    const add = wordButton('plus', T.add, () => this.#open(null), { class: 'button primary' });
    this.root.replaceChildren(
      ...(destinations.length
        ? [h('div', { class: 'actions watch-head' }, add), h('ul', { class: 'watch-rows' }, destinations.map((one) => this.#row(one)))]
        : this.#panel.empty('send', T.none, T.noneWhy, add)),
    );
  }

  #open(one) {
    this.#form = destinationForm(this.#app, { one, done: (saved) => this.#close(saved) });
    this.root.replaceChildren(this.#form);
    this.#form.querySelector('select:not(:disabled), input').focus();
  }

  #close(saved) {
    this.#form = null;
    this.show();
    if (saved) this.#test(saved);
  }

  #row(one) {
    const { watch } = this.#app;
    const kind = watch.kinds.find(({ id }) => id === one.kind)?.title ?? one.kind;
    const { failures, last_error: why, last_sent: sent, waiting, held } = one.health;
    const health = sent ? T.sent(agoText(Date.parse(sent), Date.now())) : T.unsent;
    const details = disclosure(WATCH.subscriptions.more(one.name), ...this.#actions(one));
    details.open = this.#unfolded.has(one.id);
    details.addEventListener('toggle', () => (details.open ? this.#unfolded.add(one.id) : this.#unfolded.delete(one.id)));
    return h(
      'li',
      { class: `watch-row ${one.paused ? 'paused' : failures ? 'failing' : 'on'}` },
      h('div', { class: 'watch-top' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('h2', { text: one.name, title: one.name }), one.paused ? h('span', { class: 'tag', text: WATCH.subscriptions.paused }) : null), // prettier-ignore
      h('p', { class: 'watch-what', text: [kind, one.shown].filter(Boolean).join(' · ') }),
      h('p', { class: 'facts', text: [health, failures ? T.failing(failures) : '', waiting ? T.waiting(waiting) : '', held ? WATCH.subscriptions.held(held) : ''].filter(Boolean).join(' · ') }),
      failures && why ? h('p', { class: 'fault', text: why }) : null,
      one.readable ? null : h('p', { class: 'fault', text: T.unreadable }),
      this.#result(one),
      details,
      this.#log(one),
    );
  }

  #result({ id }) {
    const said = this.#said.get(id);
    return said ? h('p', { class: said.bad ? 'fault' : 'good-note', role: 'status', text: said.text }) : null;
  }

  #actions(one) {
    const { watch } = this.#app;
    const act = (text, run) => h('button', { class: 'button', type: 'button', text, onclick: (event) => doing(this.#app, event.currentTarget, run) }); // prettier-ignore
    return [
      act(T.test, () => this.#test(one)),
      act(T.log, () => this.#toggleLog(one)),
      act(one.paused ? WATCH.subscriptions.resume : WATCH.subscriptions.pause, () => watch.pause('destinations', one)),
      act(WATCH.subscriptions.edit, () => this.#open(one)),
      sureButton(WATCH.subscriptions.remove, WATCH.subscriptions.sure, (button) => doing(this.#app, button, () => watch.remove('destinations', one.id))),
    ];
  }

  async #test(one) {
    this.#say(one.id, { text: T.testing });
    this.#say(one.id, await tried(this.#app, one.id));
  }

  #say(id, said) {
    this.#said.set(id, said);
    this.show();
  }

  async #toggleLog(one) {
    if (!this.#logs.delete(one.id)) this.#logs.set(one.id, (await this.#app.api.get(`/destinations/${one.id}/deliveries`)).deliveries);
    this.show();
  }

  #log(one) {
    const rows = this.#logs.get(one.id);
    if (!rows) return null;
    const label = T.logOf(one.name);
    if (!rows.length) return h('p', { class: 'facts', text: T.logNone });
    return h('div', { class: 'scroll-x', tabindex: '0', role: 'group', 'aria-label': label }, h('table', { class: 'deliveries' }, h('tbody', {}, rows.map((row) => this.#delivery(one, row))))); // prettier-ignore
  }

  #delivery(one, row) {
    const replay = async () => {
      await this.#app.api.send('POST', `/deliveries/${row.id}/replay`);
      this.#app.bus.emit('announce', T.replayed);
      this.#logs.delete(one.id);
      await this.#toggleLog(one);
    };
    const again = h('button', { class: 'link', type: 'button', text: T.replay, onclick: (event) => doing(this.#app, event.currentTarget, replay) });
    const took = Number.isFinite(row.latency_ms) ? `${row.latency_ms.toLocaleString('en')} ms` : '';
    return h(
      'tr',
      {},
      h('th', { scope: 'row', text: agoText(Date.parse(row.sent ?? row.created), Date.now()) }),
      h('td', { class: `delivery ${row.state}`, text: T.states[row.state] ?? row.state, title: row.status ?? '' }),
      h('td', { text: [row.attempts > 1 ? T.attempts(row.attempts) : '', took].filter(Boolean).join(' · ') }),
      h('td', {}, row.state === 'due' ? '' : again),
    );
  }
}

// What a test said, in words: it arrived, or why it did not.
export async function tried(app, id) {
  try {
    const { ok, status, latency_ms: ms } = await app.watch.test('destinations', id);
    return ok ? { text: T.works(ms) } : { bad: true, text: T.broken(status) };
  } catch (error) {
    return { bad: true, text: T.broken(error.message) };
  }
}
