// The login page: by name and password, by a link that works once, by one click in a demo. Looking at it uses nothing up.
import { $, h } from './dom.js';
import { field, form } from './forms.js';
import { kept, show } from './prefs.js';
import { send } from './api.js';
import { ACCESS } from './texts.js';

const T = ACCESS.login;

// Where to go afterwards: only to a page of this service.
export function onward(text, origin) {
  if (!text?.startsWith('/') || /[\\\s]/.test(text)) return '/';
  const url = new URL(text, origin);
  return url.origin === origin ? url.pathname + url.search + url.hash : '/';
}

const next = () => onward(new URLSearchParams(location.search).get('next'), location.origin);
const go = () => location.assign(next());

const head = (title) =>
  h('div', { class: 'door-head' }, h('img', { src: '/static/icons/skysift.svg', width: 26, height: 26, alt: '' }), h('h1', { text: title }));

// The secret stands behind #, which no server and no proxy sees; it leaves the address at once.
function linkSecret() {
  const secret = new URLSearchParams(location.hash.slice(1)).get('link');
  if (secret) history.replaceState(null, '', location.pathname + location.search);
  return secret;
}

function byLink(link) {
  const fields = [field(T.newPassword, 'password', { type: 'password', autocomplete: 'new-password', hint: T.rule })];
  const enter = async ({ password }) => {
    await send('POST', '/login', { link, password });
    go();
  };
  return [head(T.linkTitle), h('p', { text: T.linkWhy }), form(fields, T.linkEnter, enter)];
}

// `second`: there is an easier way in.
function byName(second) {
  const fields = [
    field(T.name, 'name', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true }),
    field(T.password, 'password', { type: 'password', autocomplete: 'current-password', required: true }),
  ];
  const enter = async ({ name, password }) => {
    await send('POST', '/login', { name, password });
    go();
  };
  return [form(fields, T.enter, enter, { second }), h('p', { class: 'facts', text: T.forgotten })];
}

function demo() {
  const enter = async () => {
    await send('POST', '/login/demo');
    go();
  };
  return [h('p', { text: T.demoWhy }), form([], T.demo, enter)];
}

function already({ name }) {
  const leave = async () => {
    await send('POST', '/logout');
    location.reload();
  };
  return [head(T.title), h('p', { text: T.again(name) }), h('a', { class: 'main-button', href: next(), text: T.onward }), h('button', { class: 'main-button second', type: 'button', text: T.out, onclick: leave })]; // prettier-ignore
}

function ways({ may_demo: open }) {
  return [head(T.title), ...(open ? [...demo(), h('div', { class: 'door-or' }, byName(true))] : byName(false))];
}

async function start() {
  const link = linkSecret();
  const me = await send('GET', '/me').catch(() => ({}));
  const parts = link ? byLink(link) : me.account ? already(me) : ways(me);
  $('#door').replaceChildren(...parts.filter(Boolean));
  $(me.may_demo && !link ? 'button, a' : 'input', $('#door'))?.focus();
  document.body.dataset.ready = 'true';
}

if (globalThis.document) {
  show(kept());
  start();
}
