// Which aircraft the reader wants to see: a choice that fits into the address, and the test of one aircraft's columns by it.
import { keyOf, ownKey } from './craft.js';
import { SHAPE } from './silhouettes.js';

export const NO_FILTER = Object.freeze({
  low: null, // ft, null: however low
  high: null,
  where: '', // 'air', 'ground'
  kinds: '', // some of KINDS, with commas; '' = every one
  sources: '', // some of SOURCES, likewise
  text: '', // words, any of which is in callsign, registration or address, or begins the type
  odd: false, // only those with an anomaly of the time that is shown
});
export const WHERE = ['air', 'ground'];
export const KINDS = ['jet', 'light', 'helicopter', 'glider', 'unknown'];
export const SOURCES = ['adsb', 'mlat', 'tisb', 'other'];
export const LONGEST = 40; // letters of the text
export const HIGHEST_FT = 130_000; // what the server believes of an altitude

export const isFiltering = (filter) => Object.keys(NO_FILTER).some((name) => filter[name] !== NO_FILTER[name]);

// What only a whole sky says, and ticks leave out.
export const needsLasting = ({ sources, text }) => Boolean(sources || text);

const some = (text, known) => known.filter((one) => text.split(/[,+ ]/).includes(one)).join(',');

// `low:10000~high:24000~where:air~kinds:jet+light~sources:mlat~text:BAW~odd`, or '' where everything is shown.
export function formatFilter(filter) {
  const said = (name) => (name === 'odd' ? name : `${name}:${encodeURIComponent(String(filter[name]).replaceAll(',', '+')).replaceAll('%2B', '+').replaceAll('~', '%7E')}`);
  return Object.keys(NO_FILTER)
    .filter((name) => filter[name] !== NO_FILTER[name])
    .map(said)
    .join('~');
}

export function parseFilter(text) {
  const fields = new Map(String(text ?? '').split('~').map(pair)); // prettier-ignore
  const where = fields.get('where');
  return Object.freeze({
    ...withEnd({ low: null, high: feet(fields.get('high')) }, 'low', feet(fields.get('low'))),
    where: WHERE.includes(where) ? where : '',
    kinds: some(fields.get('kinds') ?? '', KINDS),
    sources: some(fields.get('sources') ?? '', SOURCES),
    text: tidy(fields.get('text') ?? ''),
    odd: fields.has('odd'),
  });
}

// As it is looked for: words of letters that can be there at all.
export const tidy = (text) =>
  text
    .toUpperCase()
    .replace(/[^A-Z0-9~ -]+/g, ' ')
    .trim()
    .slice(0, LONGEST)
    .trim();

function pair(field) {
  const cut = field.indexOf(':');
  if (cut < 0) return [field, ''];
  try {
    return [field.slice(0, cut), decodeURIComponent(field.slice(cut + 1).replaceAll('+', ' '))];
  } catch {
    return ['', '']; // a link that somebody cut short
  }
}

function feet(text) {
  const number = Number(text?.trim() || NaN);
  return Number.isFinite(number) && Math.abs(number) <= HIGHEST_FT ? number : null;
}

// With one end of the band elsewhere; the other one goes where it would lie on the wrong side of it.
export function withEnd({ low, high }, end, feet) {
  const band = { low, high, [end]: feet };
  return band.low !== null && band.high !== null && band.high < band.low ? { low: null, high: null, [end]: feet } : band;
}

// With or without one of several.
export function toggled(list, one, known) {
  const now = new Set(list.split(',').filter(Boolean));
  if (!now.delete(one)) now.add(one);
  return known.filter((name) => now.has(name)).join(',');
}

// How many of these anomalies each aircraft has: Map(own key -> number).
export function oddOnes(anomalies) {
  const odd = new Map();
  for (const { icao24, members } of anomalies)
    for (const key of new Set([icao24, ...members].filter(Boolean).map((id) => ownKey(keyOf(id))))) odd.set(key, (odd.get(key) ?? 0) + 1);
  return odd;
}

// (columns, slot, aircraft) => whether it passes. `odd`: as oddOnes() gives it. Null where all pass.
export function sieveOf(filter, odd = new Map()) {
  if (!isFiltering(filter)) return null;
  const tests = [byAltitude(filter), byWhere(filter), byKind(filter), byOdd(filter, odd), byText(filter), bySource(filter)].filter(Boolean);
  return (columns, slot, aircraft) => {
    for (const passes of tests) if (!passes(columns, slot, aircraft)) return false;
    return true;
  };
}

// On the ground is at the bottom of every band; an altitude that nobody sent is in none.
function byAltitude({ low, high }) {
  if (low === null && high === null) return null;
  const [least, most] = [low ?? -Infinity, high ?? Infinity];
  return ({ ground, baro_altitude: altitude }, slot) => (ground[slot] ? least <= 0 : altitude[slot] >= least && altitude[slot] <= most);
}

const byWhere = ({ where }) => where && (({ ground }, slot) => (ground[slot] === 1) === (where === 'ground'));

function byKind({ kinds }) {
  if (!kinds) return null;
  const wanted = new Set(kinds.split(',').map((name) => SHAPE[name] ?? -1));
  return ({ kind }, slot) => wanted.has(kind[slot]);
}

function byOdd({ odd: only }, odd) {
  return only && ((_, __, { key }) => odd.has(ownKey(key)));
}

function byText({ text }) {
  const words = text.split(' ').filter(Boolean);
  if (!words.length) return null;
  return (_, __, one) => {
    const names = [one.callsign, one.registration, one.id.toUpperCase()];
    return words.some((word) => names.some((name) => name.includes(word)) || one.type_code.startsWith(word));
  };
}

function bySource({ sources }) {
  if (!sources) return null;
  const wanted = new Set(sources.split(','));
  return (_, __, { source }) => wanted.has(sourceKind(source));
}

// readsb's name of a source, as one of SOURCES.
export function sourceKind(source) {
  if (source.startsWith('adsb_') || source.startsWith('adsr_') || source === 'uat') return 'adsb';
  if (source.startsWith('tisb_')) return 'tisb';
  return source === 'mlat' ? 'mlat' : 'other';
}
