// Fields of a form: a label, a control, what helps to fill it, and what is wrong with it, told to eyes and screen readers.
import { h, setText } from './dom.js';
import { WATCH } from './texts/watch_en.js';

const NUMBERS = WATCH.form.between;

let count = 0;

// `name`: how the API calls it; faults of `name`, and of parts of it, are shown here.
export function field(name, label, control, { help = '', inline = false } = {}) {
  count += 1;
  const [fault, hint] = [`fault-${count}`, `hint-${count}`];
  const id = (control.id ||= `field-${count}`);
  if (control.matches('input, select, textarea')) control.setAttribute('aria-describedby', help ? `${hint} ${fault}` : fault);
  return h(
    'div',
    { class: inline ? 'field inline' : 'field', 'data-field': name },
    h('label', { for: id, text: label }),
    control,
    help ? h('p', { class: 'hint', id: hint, text: help }) : null,
    h('p', { class: 'fault', id: fault, hidden: true }),
  );
}

// Several controls under one name, as a group of boxes.
export function group(name, label, ...content) {
  return h('fieldset', { class: 'field', 'data-field': name }, h('legend', { text: label }), content, h('p', { class: 'fault', hidden: true }));
}

export function clearFaults(root) {
  for (const fault of root.querySelectorAll('.fault')) fault.hidden = true;
  for (const one of root.querySelectorAll('[aria-invalid]')) one.removeAttribute('aria-invalid');
}

// "fleet.icao24[3]" -> ["fleet.icao24[3]", "fleet.icao24", "fleet"]: the field, or what it is part of.
export function namesOf(parameter) {
  const names = [];
  for (let name = String(parameter ?? ''); name; name = name.replace(/(\[\d+\]|\.?[^.[\]]+)$/, '')) names.push(name);
  return names;
}

// Shows a fault at its field, opens what hides it, and puts the focus there. False where no field is of that name.
export function showFault(root, parameter, text) {
  const name = namesOf(parameter).find((one) => root.querySelector(`[data-field="${CSS.escape(one)}"]`));
  if (!name) return false;
  const box = root.querySelector(`[data-field="${CSS.escape(name)}"]`);
  const fault = box.querySelector('.fault');
  setText(fault, text);
  fault.hidden = false;
  for (let one = box.closest('details'); one; one = one.parentElement.closest('details')) one.open = true;
  const control = box.querySelector('input, select, textarea, button');
  control?.setAttribute('aria-invalid', 'true');
  control?.focus();
  box.scrollIntoView({ block: 'nearest' });
  return true;
}

// Whether a number is none, or beyond what its field takes: then that is shown there.
export function showNumberFault(root) {
  const wrong = [...root.querySelectorAll('input[type=number]')].find((one) => !one.checkValidity());
  return Boolean(wrong) && showFault(root, wrong.closest('[data-field]').dataset.field, NUMBERS(Number(wrong.min), Number(wrong.max)));
}

// What the server refused: at the field that it names, else in the notice of the whole form.
export function showRefusal(root, error, notice) {
  if (showFault(root, error.parameter, error.detail ?? error.message)) return;
  setText(notice, error.message);
  notice.hidden = false;
  notice.scrollIntoView({ block: 'nearest' });
}

export const notice = () => h('p', { class: 'notice bad', role: 'alert', hidden: true });

export function select(options, value, onchange, more = {}) {
  const node = h('select', { onchange: () => onchange(node.value), ...more }, options.map(([id, text]) => h('option', { value: id, text, selected: id === value }))); // prettier-ignore
  return node;
}

// One of few, as a row of buttons. `set` shows another choice without telling it.
export function segmented(label, options, value, onchange) {
  const buttons = options.map(([id, text, title]) => h('button', { type: 'button', text, title, 'data-value': id, onclick: () => choose(id) }));
  const root = h('div', { class: 'segmented', role: 'group', 'aria-label': label }, buttons);
  const mark = (id) => buttons.forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.value === String(id))));
  const choose = (id) => {
    mark(id);
    onchange(id);
  };
  mark(value);
  return { root, set: mark };
}
