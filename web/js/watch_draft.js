// A subscription while it is being made: from what the form holds to what the API takes, and back.
import { geometryOf } from './area_shape.js';

export const PRIORITIES = ['critical', 'high', 'medium', 'low'];
export const LISTS = ['icao24', 'callsigns', 'types', 'categories', 'operators'];
const UPPER = ['callsigns', 'types', 'categories'];
export const SERVICE = 'service'; // what the service says about itself: no area

export const START = Object.freeze({
  name: '',
  trigger: 'anomaly-starts',
  minutes: null,
  classes: [], // none: every class
  confidence: 0,
  priority: 'low',
  fleet: {},
  delivery: {},
  destinations: [],
});

export const aboutAnomalies = (trigger) => String(trigger).startsWith('anomaly');

// "3c6444, 40621D" as a list without doubles; commas, spaces and lines divide.
export function listOf(name, text) {
  const words = text.split(name === 'operators' ? /[,;\n]+/ : /[\s,;]+/).map((word) => word.trim()).filter(Boolean); // prettier-ignore
  const cased = words.map((word) => (name === 'icao24' ? word.toLowerCase() : UPPER.includes(name) ? word.toUpperCase() : word));
  return [...new Set(cased)];
}

// What the API takes. What is empty is left out; what is not about this trigger too.
export function bodyOf(draft, { area = null, minutes } = {}) {
  const anomalies = aboutAnomalies(draft.trigger);
  const body = { name: draft.name.trim(), area, trigger: draft.trigger, destinations: [...draft.destinations] };
  const needed = minutes ?? draft.minutes;
  if (needed !== null && needed !== undefined) body.minutes = needed;
  if (anomalies) Object.assign(body, { classes: [...draft.classes], confidence: draft.confidence, priority: draft.priority });
  const fleet = filled(draft.fleet);
  if (Object.keys(fleet).length) body.fleet = fleet;
  const delivery = filled(draft.delivery);
  if (Object.keys(delivery).length) body.delivery = delivery;
  return body;
}

function filled(some) {
  const says = (value) => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && !value.length);
  return Object.fromEntries(Object.entries(some ?? {}).filter(([, value]) => says(value)));
}

// The draft of a subscription that the API gave.
export function draftOf(subscription) {
  const known = Object.fromEntries(Object.keys(START).map((key) => [key, subscription[key] ?? START[key]]));
  return { ...known, fleet: filled(known.fleet), delivery: filled(known.delivery) };
}

// Heights and times outside of which an area does not count.
export const limitsOf = (place) => ({ floor_ft: place?.floor_ft ?? null, ceiling_ft: place?.ceiling_ft ?? null, active: place?.active ?? {} });

// The question to the past. `where`: the number of an area that is kept, or a shape as it is drawn with its limits.
export function backtestOf(draft, { where, days, now, budget, minutes }) {
  const { destinations: _, area: __, ...subscription } = bodyOf({ ...draft, name: draft.name || '–' }, { minutes });
  return { ...where, subscription, start: iso(now - days * 86_400_000), end: iso(now), ...(budget ? { budget_a_day: budget } : {}) };
}

const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const LAT = 90;
const wrapped = ([lng, lat]) => [lng - 360 * Math.round(lng / 360), Math.max(-LAT, Math.min(LAT, lat))];

// What was drawn, as the API takes a shape: a circle stays a circle and a corridor a corridor.
export function shapeOf(area) {
  const { kind, points, size } = area;
  if (kind === 'circle') return { circle: { center: wrapped(points[0]), radius_m: size * 1000 } };
  if (kind === 'corridor') return { corridor: { line: points.map(wrapped), width_m: size * 1000 } };
  return { geometry: geometryOf(area) };
}

// [[priority, classes]], gravest first, each by title; those that do not run come last in theirs.
export function classGroups(classes) {
  const order = (a, b) => Number(b.active !== false) - Number(a.active !== false) || (a.title < b.title ? -1 : 1);
  return PRIORITIES.map((priority) => [priority, classes.filter((one) => one.priority === priority).sort(order)]).filter(
    ([, some]) => some.length,
  );
}

// [[day, alerts]] of every day of the span, also those without any. `byDay` is {"2026-11-20": 3, ...}.
export function daysOf(byDay, start, end) {
  const days = [];
  for (let t = Date.parse(`${start.slice(0, 10)}T00:00:00Z`); t <= Date.parse(end); t += 86_400_000) {
    const day = new Date(t).toISOString().slice(0, 10);
    days.push([day, Number(byDay[day] ?? 0)]);
  }
  return days;
}
