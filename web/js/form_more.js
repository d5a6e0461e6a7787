// The part of the form that few need: which aircraft, at which heights, when, and how many alerts are too many.
import { h } from './dom.js';
import { field, group, segmented } from './form.js';
import { WATCH } from './texts/watch_en.js';
import { LISTS, listOf } from './watch_draft.js';

const T = WATCH.form;
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];

export const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

// `place`: {floor_ft, ceiling_ft, active, shared} of the area, null where there is none.
export function moreFields(draft, place, changed) {
  const set = (part, name) => (value) => {
    const { [name]: _, ...others } = draft[part];
    draft[part] = value === null || value === '' || value?.length === 0 ? others : { ...others, [name]: value };
    changed();
  };
  const nodes = [...fleetFields(draft.fleet, (name) => set('fleet', name)), ...deliveryFields(draft.delivery, (name) => set('delivery', name))];
  if (place) nodes.push(...placeFields(place, changed));
  return h('details', { class: 'fold' }, h('summary', { text: T.more }), h('div', { class: 'fields' }, nodes));
}

function fleetFields(fleet, set) {
  const list = (name) => {
    const input = h('input', { type: 'text', value: (fleet[name] ?? []).join(', '), spellcheck: 'false', autocomplete: 'off', onchange: () => set(name)(listOf(name, input.value)) }); // prettier-ignore
    return field(`fleet.${name}`, T[name], input, { help: T[`${name}Help`] });
  };
  const wish = (name) => {
    const now = fleet[name] === true ? 'yes' : fleet[name] === false ? 'no' : 'any';
    const choose = (value) => set(name)(value === 'any' ? null : value === 'yes');
    return group(`fleet.${name}`, T[name], segmented(T[name], ['any', 'yes', 'no'].map((id) => [id, T[id]]), now, choose).root); // prettier-ignore
  };
  return [...LISTS.map(list), wish('military'), wish('watched')];
}

const whole = (input) => (input.value.trim() === '' ? null : Number(input.value));

function numberField(name, label, value, set, { min, max }) {
  const input = h('input', { type: 'number', min, max, value: value ?? '', onchange: () => set(whole(input)) });
  return field(name, label, input, { inline: true });
}

function deliveryFields(delivery, set) {
  const quiet = delivery.quiet?.hours?.[0] ?? {};
  const hours = hoursField(quiet, (one) => set('quiet')(one ? { hours: [{ days: ALL_DAYS, ...one }], zone: zoneHere() } : null));
  return [
    numberField('delivery.budget_per_hour', T.budget, delivery.budget_per_hour, set('budget_per_hour'), { min: 1, max: 1000 }),
    numberField('delivery.digest_minutes', T.digest, delivery.digest_minutes, set('digest_minutes'), { min: 1, max: 1440 }),
    group('delivery.quiet', T.quiet, hours),
  ];
}

// From and to, as times of the day; both empty means none.
function hoursField({ from = '', to = '' }, told) {
  const time = (value, label) => h('input', { type: 'time', value, 'aria-label': label });
  const [start, end] = [time(from, T.from), time(to, T.to)];
  const tell = () => told(start.value && end.value ? { from: start.value, to: end.value } : null);
  for (const one of [start, end]) one.addEventListener('change', tell);
  return h('div', { class: 'hours' }, start, h('span', { text: T.to }), end);
}

function placeFields(place, changed) {
  const set = (name) => (value) => {
    place[name] = value;
    changed();
  };
  const shared = h('input', { type: 'checkbox', checked: place.shared === true, onchange: () => set('shared')(shared.checked) });
  return [
    numberField('floor_ft', T.floor, place.floor_ft, set('floor_ft'), { min: -2000, max: 100_000 }),
    numberField('ceiling_ft', T.ceiling, place.ceiling_ft, set('ceiling_ft'), { min: -2000, max: 100_000 }),
    group('active', T.hours, activeField(place.active ?? {}, set('active'))),
    field('shared', T.shared, shared, { inline: true }),
  ];
}

// Days and hours at which the area counts; with every day and no hours it always does. Periods are kept as they are.
function activeField({ hours = [], ...others }, told) {
  let days = hours[0]?.days ?? ALL_DAYS;
  let span = hours[0] ? { from: hours[0].from, to: hours[0].to } : null;
  const tell = () => {
    const always = !span && days.length === 7;
    told(always ? others : { ...others, zone: zoneHere(), hours: [{ days, ...(span ?? { from: '00:00', to: '24:00' }) }] });
  };
  const day = (name, i) => {
    const one = h('button', { class: 'toggle', type: 'button', text: name, 'aria-pressed': String(days.includes(i)), onclick: () => flip(one, i) });
    return one;
  };
  const flip = (one, i) => {
    days = days.includes(i) ? days.filter((other) => other !== i) : [...days, i].sort();
    one.setAttribute('aria-pressed', String(days.includes(i)));
    tell();
  };
  const times = hoursField(span ?? {}, (next) => {
    span = next;
    tell();
  });
  return h('div', { class: 'active' }, h('div', { class: 'days', role: 'group', 'aria-label': T.days }, T.dayNames.map(day)), times);
}
