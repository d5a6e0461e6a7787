// What an aircraft did, as lines against time: which measures there are, and their values from stored positions.
import { groupBy } from './collect.js';

export const GAP_S = 120; // longer without a word is a gap: no line is drawn across it
const SLOW_KT = 30; // below this a course says nothing about turning
const STEADY_S = 60;

const number = (value) => (Number.isFinite(value) ? value : null);

// Each measure: a key for its words, a kind (units.js) or a unit, the column whose thresholds it shows, and its lines.
export const MEASURES = [
  {
    key: 'altitude',
    kind: 'altitude',
    column: 'baro_altitude',
    least: 1500,
    parts: [
      { key: 'baro', of: (row) => row.baro },
      { key: 'geo', of: (row) => row.geo },
    ],
  },
  { key: 'speed', kind: 'speed', column: 'ground_speed', least: 60, parts: [{ key: 'speed', of: (row) => row.speed }] },
  { key: 'rate', kind: 'rate', column: 'vertical_rate', least: 1000, around: true, parts: [{ key: 'rate', of: (row) => row.rate }] },
  { key: 'turn', unit: '°/s', least: 2, around: true, parts: [{ key: 'turn', of: (row) => row.turn }] },
  {
    key: 'integrity',
    unit: '',
    range: [0, 12],
    stepped: true,
    parts: [
      { key: 'nic', of: (row) => row.nic },
      { key: 'nacp', of: (row) => row.nacp },
    ],
  },
  { key: 'rssi', unit: 'dBFS', column: 'rssi', least: 6, parts: [{ key: 'rssi', of: (row) => row.rssi }] },
];

// Degrees per second from course to course; positive is to the right, NaN where it cannot be told.
export function withTurns(rows) {
  return rows.map((row, i) => {
    const before = rows[i - 1];
    const seconds = before ? (row.time - before.time) / 1000 : 0;
    const known = seconds > 0 && seconds <= STEADY_S && row.speed > SLOW_KT && before.speed > SLOW_KT;
    return { ...row, turn: known ? (((row.track - before.track + 540) % 360) - 180) / seconds : NaN };
  });
}

// Rows of one aircraft as its flights: two streams under one address are two lines. Those heard in the span, at most `most`.
export function flightsOf(rows, start, end, most = 2) {
  const flights = [...groupBy(rows, (row) => row.flight).values()];
  const heard = (flight) => flight.filter((row) => row.time >= start && row.time <= end).length;
  const busy = flights.sort((a, b) => heard(b) - heard(a) || b.length - a.length);
  return busy.filter((flight, i) => i === 0 || heard(flight) > 0).slice(0, most);
}

// [{part, name, table: [seconds, values]}] of a measure; empty where nobody sent it. Many aircraft: one line of each.
export function linesOf(measure, tracks) {
  const parts = tracks.length > 1 ? measure.parts.slice(0, 1) : measure.parts;
  return tracks
    .flatMap(({ name, rows }, index) => parts.map((part) => ({ part: part.key, name, index, table: table(rows, part.of) })))
    .filter(({ table: [, values] }) => values.some((value) => value !== null));
}

function table(rows, of) {
  const [times, values] = [[], []];
  for (const row of rows) {
    const s = row.time / 1000;
    const last = times[times.length - 1];
    if (s <= last) continue;
    if (s - last > GAP_S) {
      times.push(last + 1);
      values.push(null);
    }
    times.push(s);
    values.push(number(of(row)));
  }
  return [times, values];
}

// The stretches within a span in which nobody was heard: [[from, to]] in epoch ms.
export function gapsWithin(rows, start, end) {
  const inside = rows.filter((row) => row.time >= start && row.time <= end);
  return inside.flatMap((row, i) =>
    i && row.time - inside[i - 1].time > GAP_S * 1000 ? [[inside[i - 1].time, row.time]] : [],
  );
}
