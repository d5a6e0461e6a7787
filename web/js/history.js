// What the aircraft of an anomaly did around it: charts against time, and altitude against speed among the others.
import { drawable, drawCharts, INKS } from './chart.js';
import { h } from './dom.js';
import { drawEnvelope, spots } from './envelope.js';
import { block } from './parts.js';
import { flightsOf, withTurns } from './series.js';
import { TEXTS } from './texts.js';
import { clockText, rfc3339, zoneText } from './time.js';
import { unitOf } from './units.js';

const T = TEXTS.charts;
const FRESH_MS = 120_000; // younger than this, the aircraft on show are the others of that minute
const MOST_OTHERS = 4000;

export function historyBlock() {
  return h(
    'section',
    { class: 'block chart-block' },
    h('h3', { text: T.title }),
    h('p', { class: 'chart-readout' }),
    h('div', { class: 'charts' }, h('div', { class: 'skeleton chart-wait' })),
    h('div', { class: 'envelope-block' }),
  );
}

// Fills the block; returns {undo, rows}: what takes the charts away again, and the rows of all aircraft. null when overtaken.
export async function showHistory(root, app, { ids, start, end, color, samples = [], limits = [] }) {
  const host = root.querySelector('.charts');
  const note = root.querySelector('.chart-readout');
  const envelope = root.querySelector('.envelope-block');
  try {
    const loaded = await app.track.load(ids, start, end);
    if (!loaded || !host.isConnected) return null;
    const tracks = tracksOf(loaded, start, end);
    const charts = drawable(tracks);
    const rows = tracks.flatMap((track) => track.rows);
    note.textContent = rows.length ? summary(rows) : T.none;
    const hosts = frames(host, charts, tracks);
    const mark = { start, end, color, samples, limits };
    const told = reader(note, charts);
    const undo = await drawCharts(hosts, charts, { span: spanOf(rows, start, end), mark, told });
    if (!host.isConnected) {
      undo();
      return null;
    }
    if (tracks.length) showEnvelope(envelope, app, { rows: tracks[0].rows, mark, ids });
    return { undo, rows: tracks[0]?.rows ?? [] };
  } catch (error) {
    if (!host.isConnected) return null;
    host.replaceChildren();
    note.textContent = T.failed(error.message);
    return null;
  }
}

// One track per aircraft; two of one aircraft where two streams shared its address.
function tracksOf(loaded, start, end) {
  const only = loaded.length === 1;
  return loaded.flatMap(({ id, name, rows }) =>
    flightsOf(rows, start, end, only ? 2 : 1)
      .filter((flight) => flight.length)
      .map((flight, i) => ({ name: i ? `${name || id} (${i + 1})` : name || id, rows: withTurns(flight) })),
  );
}

const spanOf = (rows, start, end) =>
  rows.reduce(([first, last], { time }) => [Math.min(first, time), Math.max(last, time)], [start, end]);

function summary(rows) {
  const [first, last] = spanOf(rows, Infinity, -Infinity);
  return T.summary(rows.length, clockText(first), clockText(last), zoneText(last));
}

// A place for each chart, with its name, unit and the names of its lines.
function frames(host, charts, tracks) {
  const hosts = new Map();
  host.replaceChildren(
    ...charts.map(({ measure, lines }) => {
      const canvas = h('div', { class: 'chart' });
      hosts.set(measure.key, canvas);
      const unit = measure.unit ?? unitOf(measure.kind).unit;
      const names = lines.length > 1 && tracks.length === 1 ? lines.map((line, i) => key(T.parts[line.part] ?? line.part, i)) : [];
      return h('div', { class: 'chart-frame' }, h('p', { class: 'chart-head' }, h('span', { text: T.measures[measure.key] }), unit ? ` ${unit}` : '', h('span', { class: 'keyline' }, names)), canvas);
    }),
  );
  if (tracks.length > 1) host.prepend(h('p', { class: 'keyline all' }, tracks.map(({ name }, i) => key(name, i))));
  return hosts;
}

const key = (text, i) => h('span', { class: 'k', style: { '--color': `var(${INKS[i % INKS.length]})` }, text });

// One line of words for the time under the cursor; the summary comes back when it leaves.
function reader(note, charts) {
  const rest = note.textContent;
  const at = charts.map(({ measure, lines }) => ({ measure, lines }));
  return (seconds) => {
    note.textContent = seconds === null ? rest : [clockText(seconds * 1000), ...at.map((one) => valueAt(one, seconds))].filter(Boolean).join(' · ');
  };
}

function valueAt({ measure, lines }, seconds) {
  const [times, values] = lines[0].table;
  let best = -1;
  for (let i = 0; i < times.length; i += 1)
    if (values[i] !== null && (best < 0 || Math.abs(times[i] - seconds) < Math.abs(times[best] - seconds))) best = i;
  if (best < 0 || Math.abs(times[best] - seconds) > 60) return '';
  const { per, unit, digits = 0 } = { ...unitOf(measure.kind), ...(measure.unit ? { unit: measure.unit, digits: 1 } : {}) };
  const value = (values[best] * per).toLocaleString('en', { maximumFractionDigits: digits });
  return `${measure.unit === '' ? `${T.parts[lines[0].part]} ` : ''}${value} ${unit}`.trim();
}

async function showEnvelope(host, app, { rows, mark, ids }) {
  if (!rows.some((row) => Number.isFinite(row.speed) && Number.isFinite(row.altitude))) return;
  const canvas = h('div', { class: 'envelope-host' });
  const note = h('p', { class: 'facts', text: T.othersWait });
  host.replaceChildren(block(T.envelope, canvas, note));
  const found = await othersAt(app, mark.end).catch(() => []);
  if (!host.isConnected) return;
  const odd = new Set([...ids, ...app.anomalies.all().flatMap((one) => (one.open && one.icao24 ? [one.icao24] : []))]);
  const others = spots(found.filter((one) => !odd.has(one.id)));
  drawEnvelope(canvas, { others, rows, mark });
  note.textContent = others.length ? T.others(others.length, clockText(mark.end, false)) : T.othersNone;
}

// Everybody who was heard at an instant: those on show where it is now, else asked for.
async function othersAt(app, at) {
  if (app.state.get().live && app.clock.live() - at < FRESH_MS) return app.fleet.all();
  const query = { at: rfc3339(Math.round(at)), properties: 'ground_speed,baro_altitude,on_ground' };
  const features = await app.api.items('aircraft', query, { cap: MOST_OTHERS });
  return features.map((feature) => ({ id: feature.id, ...feature.properties }));
}
