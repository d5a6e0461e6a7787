// The form of a destination, made from what its kind says of its fields: nothing here knows a kind.
import { h } from './dom.js';
import { field, select } from './form.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.destinations;
const ADDRESS = /url|address|host/; // kept secret because of what may stand in it, but typed in the open

// One field of a kind as a control. `given`: what is kept already; a secret never is, only that there is one.
function control(one, given, isNew) {
  const value = one.secret ? '' : (given?.[one.name] ?? one.default ?? '');
  if (one.type === 'choice') return select(one.choices.map((choice) => [choice, choice]), value, () => {}); // prettier-ignore
  if (one.type === 'flag') return h('input', { type: 'checkbox', checked: value === true });
  const more = { maxlength: one.most, autocomplete: 'off', spellcheck: 'false', placeholder: one.secret && !isNew ? T.secretKept : null };
  if (one.type === 'lines') return h('textarea', { rows: 3, ...more }, String(value));
  if (one.type === 'number') return h('input', { type: 'number', min: one.low, max: one.high, step: 'any', value: String(value) });
  return h('input', { type: one.secret && !ADDRESS.test(one.name) ? 'password' : 'text', value: String(value), ...more });
}

export function readControl(one, node) {
  if (one.type === 'flag') return node.checked;
  const text = node.value.trim();
  if (text === '') return undefined;
  return one.type === 'number' ? Number(text) : text;
}

// {nodes, read}: the fields to show, those that are seldom needed folded away, and what was filled in.
export function kindFields(kind, given = null) {
  const made = kind.fields.map((one) => {
    const node = control(one, given, given === null);
    return { one, node, row: field(`values.${one.name}`, one.title, node, { help: one.help ?? '', inline: one.type === 'flag' }) };
  });
  // What must be filled in, and what is likely to be, comes first; where all is optional, all is shown.
  const needed = made.filter(({ one }) => one.required);
  const [plain, seldom] = needed.length ? [needed, made.filter(({ one }) => !one.required)] : [made, []];
  const fold = seldom.length ? [h('details', { class: 'fold' }, h('summary', { text: T.more }), seldom.map(({ row }) => row))] : [];
  const read = () => Object.fromEntries(made.map(({ one, node }) => [one.name, readControl(one, node)]).filter(([, value]) => value !== undefined));
  return { nodes: [...plain.map(({ row }) => row), ...fold], read };
}
