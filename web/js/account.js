// The page of one's own account: password, API keys and, for an admin, accounts and who changed what.
import { showAccounts, showAudit } from './account_admin.js';
import { once, rows, stamp, sure } from './account_parts.js';
import { $, h } from './dom.js';
import { field, form } from './forms.js';
import { icon } from './icons.js';
import { kept, show } from './prefs.js';
import { send } from './api.js';
import { ACCESS } from './texts.js';

const T = ACCESS.account;
const DAYS = [0, 30, 90, 365];
const GIVES = { viewer: ['viewer'], analyst: ['analyst', 'viewer'], ingest: ['ingest'], admin: ['viewer', 'analyst', 'ingest', 'admin'] };

function section(id, title, ...content) {
  const root = $(`#${id}`);
  root.hidden = false;
  root.replaceChildren(h('h2', { id: `${id}-title`, text: title }), ...content.filter(Boolean));
}

function showPassword({ name }) {
  const done = h('p', { class: 'done', role: 'status', text: T.changed, hidden: true });
  const fields = [
    h('input', { type: 'text', name: 'name', value: name, autocomplete: 'username', hidden: true }),
    field(T.current, 'current', { type: 'password', autocomplete: 'current-password' }),
    field(T.password, 'password', { type: 'password', autocomplete: 'new-password', required: true, hint: T.rule }),
  ];
  const change = async ({ current, password }, node) => {
    done.hidden = true;
    await send('PUT', '/me/password', { current, password });
    node.reset();
    done.hidden = false;
  };
  section('password', T.passwordTitle, h('div', { class: 'narrow form' }, form(fields, T.change, change, T), done));
}

async function showKeys(me, made = null) {
  const { keys } = await send('GET', '/keys');
  const revoke = async ({ id }) => {
    await send('DELETE', `/keys/${id}`);
    await showKeys(me);
  };
  const cells = keys.map((key) => [
    key.name,
    ACCESS.roles[key.role],
    stamp(key.created),
    stamp(key.expires),
    stamp(key.used),
    sure(T.revoke, T.revokeName(key.name), () => revoke(key)),
  ]);
  const table = keys.length ? rows(T.keyColumns, cells) : h('p', { class: 'note', text: T.noKeys });
  section('keys', T.keysTitle, h('p', { class: 'note', text: T.keysNote }), keyForm(me), made, table);
}

function keyForm(me) {
  const fields = [
    field(T.keyName, 'name', { required: true, maxlength: 60, placeholder: T.keyExample }),
    field(T.role, 'role', { options: GIVES[me.role].map((role) => [role, ACCESS.roles[role]]) }),
    field(T.days, 'days', { options: DAYS.map((n) => [n, T.daysOf(n)]) }),
  ];
  const make = async ({ name, role, days }) => {
    const { key } = await send('POST', '/keys', { name, role, days: Number(days) || null });
    await showKeys(me, once(T.once(name), key));
  };
  return form(fields, T.make, make, { row: true, failed: T.failed });
}

function tools() {
  const leave = async () => {
    await send('POST', '/logout');
    location.assign('/login');
  };
  const out = h('button', { class: 'button', type: 'button', text: T.out, onclick: leave });
  $('#tools').append(h('a', { class: 'button', href: '/' }, icon('globe'), T.map), out);
}

async function start() {
  tools();
  try {
    const me = await send('GET', '/me');
    $('#who').textContent = T.who(me.name, ACCESS.roles[me.role]);
    showPassword(me);
    await showKeys(me);
    if (me.role === 'admin') await Promise.all([showAccounts(section), showAudit(section)]);
  } catch (error) {
    section('password', T.passwordTitle, h('p', { class: 'wrong', role: 'alert', text: T.failed(error.detail ?? error.message) }));
  }
  document.body.dataset.ready = 'true';
}

show(kept());
start();
