// Adding a destination, or changing one: its kind, its name, the fields of the kind; saved and tried at once.
import { h, setText } from './dom.js';
import { clearFaults, field, notice, select, showFault, showNumberFault, showRefusal } from './form.js';
import { kindFields } from './kind_form.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.destinations;

// `done(destination | null)` hears what was saved, null where it was given up.
export function destinationForm(app, { one = null, done }) {
  const { kinds } = app.watch;
  let kind = kinds.find(({ id }) => id === one?.kind) ?? kinds[0];
  let fields = kindFields(kind, one ? one.values : null);
  const rows = h('div', { class: 'kind-fields' }, fields.nodes);
  const about = h('p', { class: 'hint', text: kind.help ?? '' });
  const name = h('input', { type: 'text', maxlength: 80, value: one?.name ?? '', placeholder: T.namePlaceholder, autocomplete: 'off' });
  const choose = (id) => {
    kind = kinds.find((other) => other.id === id);
    fields = kindFields(kind);
    setText(about, kind.help ?? '');
    rows.replaceChildren(...fields.nodes);
  };
  const kindList = select(kinds.map(({ id, title }) => [id, title]), kind.id, choose, { disabled: one !== null }); // prettier-ignore
  const fault = notice();
  const save = wordButton('check', T.save, null, { class: 'button primary', type: 'submit' });
  const cancel = wordButton('close', T.cancel, () => done(null));
  const root = h('form', { class: 'form inset', novalidate: true }, field('kind', T.kind, kindList), about, field('name', T.name, name), rows, fault, h('div', { class: 'actions' }, save, cancel)); // prettier-ignore
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation();
    const body = { name: name.value.trim() || kind.title, kind: kind.id, values: fields.read() };
    submit(app, { root, fault, save, body, id: one?.id ?? null, kind, done });
  });
  return root;
}

async function submit(app, { root, fault, save, body, id, kind, done }) {
  clearFaults(root);
  fault.hidden = true;
  const missing = id === null ? kind.fields.find((one) => one.required && body.values[one.name] === undefined) : null;
  if (missing) return showFault(root, `values.${missing.name}`, `${missing.title}?`);
  if (showNumberFault(root)) return true;
  save.disabled = true;
  try {
    return done(await app.watch.save('destinations', body, id));
  } catch (error) {
    return showRefusal(root, error, fault);
  } finally {
    save.disabled = false;
  }
}
