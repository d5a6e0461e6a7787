// The second part of the panel: what is watched, how it fares, and what can be done with each; as a file, too.
import { h } from './dom.js';
import { disclosure, doing, sureButton } from './menu.js';
import { wordButton } from './parts.js';
import { shareButtons } from './watch_share.js';
import { WATCH } from './texts/watch_en.js';
import { agoText, clockText, dateText } from './time.js';
import { tomorrow } from './watch.js';

const T = WATCH.subscriptions;
const HOUR_MS = 3_600_000;

export class SubscriptionsView {
  #app;
  #panel;
  #tested = new Map(); // id -> what a test said
  #unfolded = new Set();

  constructor(app, panel) {
    this.#app = app;
    this.#panel = panel;
    this.root = h('div', { class: 'watch-part' });
  }

  show() {
    const { subscriptions } = this.#app.watch;
    const draw = wordButton('draw', T.draw, () => this.#app.draw.open(), { class: 'button primary' });
    const service = wordButton('info', T.service, () => this.#app.watchForm.open({ service: true }), { title: T.serviceTip });
    const rows = h('ul', { class: 'watch-rows' }, subscriptions.map((one) => this.#row(one)));
    this.root.replaceChildren(
      ...(subscriptions.length
        ? [h('div', { class: 'actions watch-head' }, draw, service), rows]
        : this.#panel.empty('bell', T.none, T.noneWhy, draw, service)),
      shareButtons(this.#app),
    );
  }

  #row(one) {
    const { watch } = this.#app;
    const area = watch.area(one.area);
    const place = area
      ? h('button', { class: 'link', type: 'button', text: area.properties.name, title: T.show, onclick: () => this.#panel.showArea(one.area) })
      : h('span', { text: T.service });
    const what = watch.trigger(one.trigger)?.title ?? one.trigger;
    const details = disclosure(T.more(one.name), ...this.#actions(one));
    details.open = this.#unfolded.has(one.id);
    details.addEventListener('toggle', () => (details.open ? this.#unfolded.add(one.id) : this.#unfolded.delete(one.id)));
    return h(
      'li',
      { class: `watch-row ${stateOf(one)}` },
      h('div', { class: 'watch-top' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('h2', { text: one.name, title: one.name }), badge(one)),
      h('p', { class: 'watch-what' }, place, ` · ${what}`),
      h('p', { class: 'facts', text: healthOf(one, Date.now()) }),
      this.#places(one),
      this.#result(one),
      details,
    );
  }

  // Where it goes, and which of these does not work.
  #places({ destinations = [] }) {
    if (!destinations.length) return h('p', { class: 'facts', text: T.page });
    const found = destinations.map((id) => this.#app.watch.destination(id)).filter(Boolean);
    const chip = (one) => h('span', { class: one.health.failures ? 'tag bad' : 'tag', title: one.health.last_error ?? '', text: one.name });
    const broken = found.filter((one) => one.health.failures && one.health.last_error);
    return h('div', {}, h('p', { class: 'tags' }, found.map(chip)), broken.map((one) => h('p', { class: 'fault', text: T.failed(one.name, one.health.last_error) })));
  }

  #result({ id }) {
    const said = this.#tested.get(id);
    return said ? h('p', { class: said.bad ? 'fault' : 'good-note', role: 'status', text: said.text }) : null;
  }

  #actions(one) {
    const { watch, watchForm, access } = this.#app;
    const act = (text, run, more = {}) => h('button', { class: 'button', type: 'button', text, onclick: (event) => doing(this.#app, event.currentTarget, run), ...more }); // prettier-ignore
    if (one.owner !== undefined && one.owner !== access.me.account && access.me.role !== 'admin') return [feed(one)];
    const muted = Date.parse(one.mute_until ?? '') > Date.now();
    return [
      act(T.edit, () => watchForm.open({ subscription: one })),
      act(T.test, () => this.#test(one)),
      act(one.paused ? T.resume : T.pause, () => watch.pause('subscriptions', one)),
      muted ? act(T.unmute, () => watch.mute(one.id, null)) : act(T.hour, () => watch.mute(one.id, Date.now() + HOUR_MS)),
      muted ? null : act(T.tomorrow, () => watch.mute(one.id, tomorrow(Date.now()))),
      feed(one),
      sureButton(T.remove, T.sure, (button) => doing(this.#app, button, () => watch.remove('subscriptions', one.id))),
    ];
  }

  async #test(one) {
    if (!one.destinations?.length) this.#say(one.id, { text: T.testedNone });
    else this.#say(one.id, verdict(await this.#app.watch.test('subscriptions', one.id), this.#app.watch));
  }

  #say(id, said) {
    this.#tested.set(id, said);
    this.show();
  }
}

function verdict({ results }, watch) {
  const bad = results.filter((one) => !one.ok);
  if (!bad.length) return { text: T.tested(results.length) };
  return { bad: true, text: bad.map((one) => T.failed(watch.destination(one.destination)?.name ?? '', one.status)).join(' ') };
}

const feed = ({ id }) => h('a', { class: 'button', href: `/subscriptions/${id}/alerts.atom`, text: T.feed });

const isMuted = (one) => Date.parse(one.mute_until ?? '') > Date.now();
const stateOf = (one) => (one.paused ? 'paused' : isMuted(one) ? 'muted' : 'on');

function badge(one) {
  if (one.paused) return h('span', { class: 'tag', text: T.paused });
  if (!isMuted(one)) return null;
  const until = Date.parse(one.mute_until);
  const far = until - Date.now() > 20 * HOUR_MS;
  return h('span', { class: 'tag', text: T.muted(far ? dateText(until) : clockText(until, false)) });
}

export function healthOf({ health = {} }, now) {
  const { alerts_24h: told = 0, held_24h: held = 0, last_alert: last } = health;
  return [T.told(told), held ? T.held(held) : '', last ? T.last(agoText(Date.parse(last), now)) : T.never].filter(Boolean).join(' · ');
}
