// The part of the form that says what to tell: the trigger in plain words, classes by priority, how sure, how grave.
import { h, setText } from './dom.js';
import { field, group, segmented, select } from './form.js';
import { chipOf, colorOf } from './parts.js';
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';
import { aboutAnomalies, classGroups, PRIORITIES } from './watch_draft.js';

const T = WATCH.form;

// `changed` hears every change of the draft. {nodes, sure(confidence)}.
export function whatFields(app, draft, changed) {
  const { triggers } = app.watch;
  const minutes = h('input', { type: 'number', min: 1, max: 43_200, onchange: () => told({ minutes: Number(minutes.value) || null }) });
  const minutesRow = field('minutes', T.minutes, minutes, { inline: true });
  const told = (patch) => {
    Object.assign(draft, patch);
    changed();
  };
  const anomalies = anomalyFields(app, draft, told);
  const show = () => {
    const needed = triggers.find(({ id }) => id === draft.trigger)?.minutes ?? null;
    minutesRow.hidden = needed === null;
    if (needed !== null) minutes.value = String(draft.minutes ?? needed);
    anomalies.root.hidden = !aboutAnomalies(draft.trigger);
  };
  const options = triggers.filter(({ area }) => area).map(({ id, title }) => [id, title]);
  const what = select(options, draft.trigger, (trigger) => {
    draft.minutes = null;
    told({ trigger });
    show();
  });
  show();
  return { nodes: [field('trigger', T.what, what), minutesRow, anomalies.root], sure: anomalies.sure };
}

function anomalyFields(app, draft, told) {
  const said = h('output', { class: 'percent' });
  const range = h('input', { type: 'range', min: 0, max: 1, step: 0.01, value: draft.confidence, oninput: () => sure(Number(range.value)) });
  const sure = (confidence) => {
    range.value = String(confidence);
    setText(said, `${Math.round(confidence * 100)} %`);
    range.setAttribute('aria-valuetext', said.textContent);
    if (draft.confidence !== confidence) told({ confidence });
  };
  sure(draft.confidence);
  const confidence = field('confidence', T.confidence, range);
  confidence.querySelector('label').append(said);
  const least = segmented(T.priority, [...PRIORITIES].reverse().map((id) => [id, TEXTS.priorities[id]]), draft.priority, (priority) => told({ priority })); // prettier-ignore
  const priority = group('priority', T.priority, least.root);
  return { root: h('div', { class: 'fields' }, classesField(app, draft, told), confidence, priority), sure };
}

// None chosen means every one: what is added to Skysift later is then told too.
function classesField(app, draft, told) {
  const summary = h('span', { class: 'summary-value' });
  const chosen = new Set(draft.classes);
  const boxes = new Map();
  const mark = () => {
    setText(summary, chosen.size ? T.someClasses(chosen.size) : T.allClasses);
    for (const [id, box] of boxes) box.checked = chosen.has(id);
  };
  const choose = (ids, on) => {
    for (const id of ids) on ? chosen.add(id) : chosen.delete(id);
    mark();
    told({ classes: [...chosen] });
  };
  const groups = classGroups(app.classes).map(([priority, classes]) => classGroup(priority, classes, { boxes, choose }));
  mark();
  return h(
    'details',
    { class: 'fold classes', 'data-field': 'classes' },
    h('summary', {}, h('span', { text: T.classes }), summary),
    h('div', { class: 'class-groups' }, groups),
    h('p', { class: 'fault', hidden: true }),
  );
}

function classGroup(priority, classes, { boxes, choose }) {
  const ids = classes.map(({ id }) => id);
  const all = h('button', { class: 'link', type: 'button', text: T.every, onclick: () => choose(ids, true) });
  const none = h('button', { class: 'link', type: 'button', text: T.none, onclick: () => choose(ids, false) });
  const row = (one) => {
    const box = h('input', { type: 'checkbox', value: one.id, onchange: () => choose([one.id], box.checked) });
    boxes.set(one.id, box);
    return h('label', { class: one.active === false ? 'class-box off' : 'class-box', style: colorOf(one.style) }, box, chipOf(one.style), h('span', { text: one.title }));
  };
  const head = h('legend', {}, h('span', { class: `priority ${priority}`, text: TEXTS.priorities[priority] }));
  return h('fieldset', { class: 'class-group' }, head, h('p', { class: 'class-all' }, all, none), classes.map(row));
}
