// What the parts of the account page are made of: tables, secrets that are shown once, buttons that ask again.
import { $, h } from './dom.js';
import { wordButton } from './parts.js';
import { ACCESS } from './texts.js';
import { parseTime, stampText } from './time.js';

const T = ACCESS.account;
const ASKED_MS = 4_000;

export const stamp = (text) => (text ? stampText(parseTime(text)) : T.never);

export function rows(columns, cells) {
  const line = (row) => h('tr', {}, row.map((cell, i) => h('td', i === 0 ? { class: 'words' } : {}, cell)));
  const head = h('tr', {}, columns.map((text) => h('th', { scope: 'col', text }))); // prettier-ignore
  return h('div', { class: 'scroll-x', tabindex: 0, role: 'group' }, h('table', { class: 'data starts' }, h('thead', {}, head), h('tbody', {}, cells.map(line))));
}

// A secret beside a button that copies it. The clipboard is only there on secure pages, and may be refused: then the secret
// is marked, for the keys that copy.
export function once(text, secret) {
  const code = h('code', { text: secret });
  const copy = async () => {
    const done = await copied(secret);
    if (!done) getSelection().selectAllChildren(code);
    const said = done ? T.copied : T.marked;
    $('#announce').textContent = said;
    button.lastChild.textContent = said;
  };
  const button = wordButton('copy', T.copy, copy);
  return h('div', { class: 'done once', role: 'status' }, h('p', { text }), code, button);
}

const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the button says what to do instead
  }
};

// A button that acts when it is pressed a second time.
export function sure(text, label, act) {
  let asked = false;
  const button = h('button', { class: 'button', type: 'button', text, 'aria-label': label });
  const rest = () => {
    asked = false;
    button.textContent = text;
    button.setAttribute('aria-label', label);
  };
  button.addEventListener('click', () => {
    if (asked) return act();
    asked = true;
    button.textContent = T.sure;
    button.setAttribute('aria-label', `${label}. ${T.sure}`);
    setTimeout(rest, ASKED_MS);
  });
  return button;
}
