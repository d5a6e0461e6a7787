// What people say of an anomaly or an incident: confirmed, dismissed with a reason, resolved, a note; by click and by key.
import { loginLink } from './access.js';
import { h, setText } from './dom.js';
import { doing } from './menu.js';
import { block, wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';
import { agoText, parseTime, stampText } from './time.js';

const T = WATCH.review;
const PATHS = { anomaly: 'anomalies', incident: 'incidents' };
const OWN = 'own';

export class Review {
  #app;
  #known = new Map(); // 'kind id' -> reviews, newest first
  #root = null;
  #subject = null;
  #form = null;
  #pending = null; // what a key asked for while its detail was still loading

  constructor(app) {
    this.#app = app;
    app.bus.on('me', () => this.#show());
  }

  // The part of the detail that is about reviewing `subject`: {kind, id}.
  blockOf(subject, reviews = null) {
    this.#subject = subject;
    this.#form = null;
    this.#root = h('div', { class: 'review' });
    if (reviews) this.#known.set(keyOf(subject), newestFirst(reviews));
    else this.#ask(subject);
    this.#show();
    if (this.#pending) setTimeout(() => this.#carryOut());
    return this.#root;
  }

  // Once the detail stands on the page.
  #carryOut() {
    const status = this.#pending;
    this.#pending = null;
    if (status) this.act(status);
  }

  async #ask(subject) {
    try {
      const { reviews } = await this.#app.api.get('/reviews', { kind: subject.kind, subject: subject.id });
      this.#known.set(keyOf(subject), newestFirst(reviews));
    } catch (error) {
      if (![401, 403, 404].includes(error.status)) this.#app.bus.emit('trouble', error.message);
    }
    if (keyOf(subject) === keyOf(this.#subject)) this.#show();
  }

  #show() {
    if (!this.#root || !this.#subject) return;
    const reviews = this.#known.get(keyOf(this.#subject)) ?? [];
    this.#root.replaceChildren(block(T.title, statusLine(reviews), ...this.#actions(reviews), this.#form, history(reviews)));
  }

  #actions(reviews) {
    const { access } = this.#app;
    if (!access.known) return [];
    if (!access.mayWatch) return [h('p', { class: 'facts' }, this.#way())];
    const now = reviews[0]?.status ?? 'new';
    const act = (icon, text, tip, status) => wordButton(icon, text, (event) => this.act(status, event.currentTarget), { title: tip, 'aria-pressed': String(now === status) });
    return [
      h(
        'div',
        { class: 'actions' },
        act('check', T.confirm, T.confirmTip, 'confirmed'),
        act('close', T.dismiss, T.dismissTip, 'dismissed'),
        act('done', T.resolve, T.resolveTip, 'resolved'),
        act('note', T.note, T.noteTip, 'note'),
      ),
    ];
  }

  #way() {
    const { access } = this.#app;
    if (access.signedIn) return WATCH.login.role(access.me.role);
    if (!access.me.may_demo) return h('a', { class: 'link', href: loginLink(location), text: T.login });
    return h('button', { class: 'link', type: 'button', text: T.login, onclick: (event) => doing(this.#app, event.currentTarget, () => access.demo()) });
  }

  // By key: of what is open, else of the row that has the focus, which is then opened.
  key(status) {
    const { state, list } = this.#app;
    const row = document.activeElement?.closest?.('#list .row');
    if (!this.#app.access.mayWatch) return;
    if (row && !state.get().selected) {
      this.#pending = status;
      list.open(row.dataset.id);
    } else if (this.#root?.isConnected) this.act(status);
  }

  act(status, button = null) {
    if (status === 'dismissed' || status === 'note') return this.#compose(status);
    return doing(this.#app, button, () => this.#send({ status }));
  }

  // A reason or a note is asked for right here.
  #compose(status) {
    this.#form = status === 'note' ? noteForm(this.#handlers(null)) : reasonForm(this.#handlers('dismissed'));
    this.#show();
    this.#form.querySelector('select, textarea').focus();
  }

  #handlers(status) {
    const { status: now = 'seen', reason = '' } = this.#known.get(keyOf(this.#subject))?.[0] ?? {};
    return {
      save: (said) => doing(this.#app, null, () => this.#send({ status: status ?? (now === 'new' ? 'seen' : now), reason, ...said })),
      cancel: () => {
        this.#form = null;
        this.#show();
      },
    };
  }

  async #send({ status, reason = '', note = '' }) {
    const subject = this.#subject;
    await this.#app.api.send('POST', `/${PATHS[subject.kind]}/${encodeURIComponent(subject.id)}/review`, { status, reason, note });
    this.#form = null;
    this.#app.bus.emit('announce', T.done(T.status[status].toLowerCase()));
    this.#app.bus.emit('reviewed', subject);
    await this.#ask(subject);
    this.#root?.querySelector('.actions button')?.focus();
  }
}

const keyOf = (subject) => (subject ? `${subject.kind} ${subject.id}` : '');
const newestFirst = (reviews) => [...reviews].sort((a, b) => parseTime(b.at) - parseTime(a.at));

export const statusTag = (status) => h('span', { class: `status-tag ${status}`, text: T.status[status] ?? status });

function statusLine([latest]) {
  if (!latest) return h('p', {}, statusTag('new'));
  const who = T.by(latest.who, agoText(parseTime(latest.at), Date.now()));
  return h('p', { title: stampText(parseTime(latest.at)) }, statusTag(latest.status), h('span', { class: 'facts', text: ` ${who}` }), latest.reason ? h('span', { text: `: ${latest.reason}` }) : null); // prettier-ignore
}

function history(reviews) {
  if (reviews.length < 2 && !reviews[0]?.note) return null;
  const row = (one) => h('li', {}, statusTag(one.status), ` ${T.by(one.who, agoText(parseTime(one.at), Date.now()))} `, [one.reason, one.note].filter(Boolean).join('. ')); // prettier-ignore
  return h('details', { class: 'fold', open: reviews.some((one) => one.note) }, h('summary', { text: T.history(reviews.length) }), h('ul', { class: 'review-log' }, reviews.map(row)));
}

function formOf(nodes, { save, cancel }, read) {
  const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  const buttons = h('div', { class: 'actions' }, wordButton('check', T.save, null, { class: 'button primary', type: 'submit' }), wordButton('close', T.cancel, cancel));
  const form = h('form', { class: 'review-form', novalidate: true }, nodes, fault, buttons);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = read();
    fault.hidden = typeof said !== 'string';
    if (typeof said === 'string') setText(fault, said);
    else save(said);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    cancel();
  });
  return form;
}

function reasonForm(handlers) {
  const own = h('textarea', { rows: 2, maxlength: 500, 'aria-label': T.own, hidden: true });
  const reason = h('select', { 'aria-label': T.reason, onchange: () => (own.hidden = reason.value !== OWN) || own.focus() }, h('option', { value: '', text: T.reason }), T.reasons.map((text) => h('option', { value: text, text })), h('option', { value: OWN, text: `${T.own}…` })); // prettier-ignore
  return formOf([reason, own], handlers, () => {
    const said = reason.value === OWN ? own.value.trim() : reason.value;
    return said ? { reason: said } : T.reasonNeeded;
  });
}

function noteForm(handlers) {
  const note = h('textarea', { rows: 3, maxlength: 2000, 'aria-label': T.write, placeholder: T.write });
  return formOf([note], handlers, () => (note.value.trim() ? { note: note.value.trim() } : T.noteNeeded));
}
