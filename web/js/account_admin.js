// What an admin sees beside the own account: everybody's accounts, and who changed what.
import { once, rows, stamp, sure } from './account_parts.js';
import { h } from './dom.js';
import { field, form } from './forms.js';
import { send } from './api.js';
import { ACCESS } from './texts.js';

const T = ACCESS.account;
const ROLES = Object.entries(ACCESS.roles);
const PAGE = 50;

export async function showAccounts(section, said = null) {
  const { accounts } = await send('GET', '/accounts');
  const again = (more = null) => showAccounts(section, more);
  const doing = async (act) => {
    try {
      await again(await act());
    } catch (error) {
      await again(h('p', { class: 'wrong', role: 'alert', text: T.failed(error.detail ?? error.message) }));
    }
  };
  const cells = accounts.map((one) => [
    one.disabled ? `${one.name} ${T.disabled}` : one.name,
    roleChoice(one, doing),
    String(one.keys),
    stamp(one.used),
    buttons(one, doing),
  ]);
  section('accounts', T.accountsTitle, h('p', { class: 'note', text: T.accountsNote }), accountForm(again), said, rows(T.accountColumns, cells));
}

function accountForm(again) {
  const fields = [
    field(T.name, 'name', { required: true, maxlength: 60, autocapitalize: 'none', autocomplete: 'off' }),
    field(T.role, 'role', { options: ROLES }),
  ];
  const add = async ({ name, role }) => {
    const { link } = await send('POST', '/accounts', { name, role });
    await again(once(T.linkOnce(name), link));
  };
  return form(fields, T.add, add, { row: true, failed: T.failed });
}

function roleChoice({ id, name, role }, doing) {
  const options = ROLES.map(([value, text]) => h('option', { value, text, selected: value === role }));
  const change = (event) => doing(async () => void (await send('PUT', `/accounts/${id}`, { role: event.target.value })));
  return h('select', { 'aria-label': T.roleOf(name), onchange: change }, options);
}

function buttons({ id, name, disabled }, doing) {
  const link = async () => once(T.linkOnce(name), (await send('POST', `/accounts/${id}/link`)).link);
  const turn = async () => void (await send('PUT', `/accounts/${id}`, { disabled: !disabled }));
  const text = disabled ? T.enable : T.disable;
  return h(
    'div',
    { class: 'actions-cell' },
    h('button', { class: 'button', type: 'button', text: T.link, 'aria-label': `${T.link}: ${name}`, onclick: () => doing(link) }),
    sure(text, `${text}: ${name}`, () => doing(turn)),
  );
}

export async function showAudit(section, before = null, seen = []) {
  const { changes } = await send('GET', `/audit?limit=${PAGE}${before ? `&before=${before}` : ''}`);
  const all = [...seen, ...changes];
  const cells = all.map((one) => [stamp(one.at), one.who, one.action, one.subject, details(one.detail)]);
  const more = () => showAudit(section, all.at(-1).id, all);
  const button = changes.length === PAGE ? h('button', { class: 'button', type: 'button', text: T.more, onclick: more }) : null;
  section('audit', T.auditTitle, rows(T.auditColumns, cells), button);
}

const details = (detail) =>
  Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
