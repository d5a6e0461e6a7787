// The columns of the table of aircraft: what each says of one, how it is written, and the order that it makes. No page here.
import { ownKey } from './craft.js';
import { distanceNmi } from './geo.js';
import { altitudeText, inUnit } from './units.js';
import { TRAFFIC } from './texts/traffic_en.js';

const T = TRAFFIC.table;

const degrees = (value) => (Number.isFinite(value) ? `${String(Math.round(value) % 360).padStart(3, '0')}°` : '');
const whole = (value, unit = '') => (Number.isFinite(value) ? `${Math.round(value).toLocaleString('en')}${unit}` : '');
const signed = (value, kind) => inUnit(value, kind, 'exceptZero');
const bare = (value) => value;

// `value(aircraft, known)`: a number or a text; `known`: {now: epoch ms, odd: Map(key -> anomalies), receivers}. Missing is NaN
// or ''. `text(value, aircraft)`: as it is read. `width`: of the column, px.
const COLUMNS = {
  callsign: { width: 88, value: (one) => one.callsign, text: bare },
  icao24: { width: 78, value: (one) => one.id, text: bare },
  registration: { width: 88, value: (one) => one.registration, text: bare },
  type: { width: 58, value: (one) => one.type_code, text: bare },
  altitude: { width: 84, number: true, value: (one) => (one.on_ground ? -1e6 : one.baro_altitude), text: (_, one) => altitudeText(one.baro_altitude, one.on_ground) }, // prettier-ignore
  speed: { width: 76, number: true, value: (one) => one.ground_speed, text: (value) => inUnit(value, 'speed') },
  rate: { width: 104, number: true, value: (one) => one.vertical_rate, text: (value) => signed(value, 'rate') },
  track: { width: 62, number: true, value: (one) => one.track, text: degrees },
  squawk: { width: 90, value: (one) => one.squawk, text: bare },
  rssi: { width: 84, number: true, value: (one) => one.rssi, text: (value) => (Number.isFinite(value) ? `${value.toFixed(1)} dBFS` : '') }, // prettier-ignore
  distance: { width: 88, number: true, value: (one, { receivers }) => nearestNmi(one, receivers), text: (value) => inUnit(value, 'distance') }, // prettier-ignore
  seen: { width: 62, number: true, value: (one, { now }) => Math.max(0, (now - one.time) / 1000), text: (value) => whole(value, ' s') }, // prettier-ignore
  anomalies: { width: 92, number: true, value: (one, { odd }) => odd.get(ownKey(one.key)) ?? 0, text: (value) => (value ? String(value) : '') }, // prettier-ignore
};
export const NAMES = Object.keys(COLUMNS);
const DOWNWARDS = ['anomalies', 'rssi']; // what one wants to see the most of first

export const column = (name) => ({ name, label: T.columns[name], ...COLUMNS[name] });

// Those that can say something: without a receiver's place nothing is far from it.
export const columnsOf = (receivers) => NAMES.filter((name) => name !== 'distance' || receivers.length).map(column);

// '-speed' -> {name, down}; what is not known is sorted by callsign.
export function sortOf(text) {
  const name = text.replace(/^-/, '');
  return NAMES.includes(name) ? { name, down: text.startsWith('-') } : { name: 'callsign', down: false };
}

// What a press of a column's head makes of the order.
export function pressed(text, name) {
  const now = sortOf(text);
  if (now.name === name) return now.down ? name : `-${name}`;
  return DOWNWARDS.includes(name) ? `-${name}` : name;
}

// Aircraft in order of a column; what is missing comes last, whichever way, and what is equal by its address.
export function ordered(list, text, known) {
  const { name, down } = sortOf(text);
  const { number, value } = COLUMNS[name];
  const way = down ? -1 : 1;
  const keyed = list.map((one) => ({ one, key: value(one, known) }));
  const lacks = number ? ({ key }) => !Number.isFinite(key) : ({ key }) => !key;
  const compare = (a, b) => (a.key < b.key ? -way : a.key > b.key ? way : 0) || (a.one.id < b.one.id ? -1 : 1);
  const [there, missing] = [keyed.filter((pair) => !lacks(pair)), keyed.filter(lacks)];
  return [...there.sort(compare), ...missing.sort(compare)].map(({ one }) => one);
}

// Nautical miles to the nearest of the receivers, [[lng, lat], ...]; NaN where there is none.
export function nearestNmi({ lon, lat }, receivers) {
  return receivers.reduce((least, at) => Math.min(least, distanceNmi([lon, lat], at)), receivers.length ? Infinity : NaN);
}

// Rows of a table that are drawn: [first, last) for what is scrolled to, with some beyond either edge.
export function rowsInView({ top, height, row, count, beyond = 6 }) {
  const first = Math.max(0, Math.min(count, Math.floor(top / row) - beyond));
  return [first, Math.min(count, Math.ceil((top + height) / row) + beyond)];
}
