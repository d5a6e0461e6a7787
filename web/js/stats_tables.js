// The tables of the statistics page: places, aircraft, what the data holds, and the scorecard of the classes.
import { h } from './dom.js';
import { percent } from './stats_tiles.js';
import { TEXTS } from './texts.js';
import { inUnit } from './units.js';

const T = TEXTS.statistics;
const MOST = 12;

export const number = (n) => (Number.isFinite(n) ? n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 2 : 0 }) : '–');

// columns: [title, cell of a row, class]; the first names the row.
export function table(columns, rows, { name, off = () => false } = {}) {
  const head = h('tr', {}, columns.map(([title, , kind]) => h('th', { scope: 'col', class: kind, text: title }))); // prettier-ignore
  const body = rows.map((row) => h('tr', { class: off(row) ? 'off' : null }, columns.map(([, of, kind], i) => h(i ? 'td' : 'th', { class: kind, ...(i ? {} : { scope: 'row' }) }, of(row) ?? '')))); // prettier-ignore
  return h('div', { class: 'scroll-x', tabindex: '0', role: 'group', 'aria-label': name }, h('table', { class: 'data' }, h('thead', {}, head), h('tbody', {}, body)));
}

const none = () => h('p', { class: 'facts', text: T.none });
const often = (groups) => [...groups].sort((a, b) => b.count - a.count).slice(0, MOST);
const rate = ({ rate: own, low, high }) => (own === null ? '–' : h('span', { title: T.interval(number(low), number(high)), text: number(own) }));

export function showAreas({ groups }) {
  const rows = often(groups);
  if (!rows.length) return none();
  const place = ({ near, lat, lon }) => h('a', { href: `/#view=${lat},${lon},6.5&list=all`, text: placeText(near) });
  return table(
    [
      [T.place, place, 'words'],
      [T.count, (row) => number(row.count)],
      [T.hours, (row) => number(row.flight_hours)],
      [T.rate, rate],
    ],
    rows,
    { name: T.areas },
  );
}

export const placeText = ({ name, country, distance_nmi: nmi }) => T.near(nmi < 25 ? name : T.from(inUnit(nmi, 'distance'), name), country);

// The callsign and the last sentence of each come from its newest anomaly.
export async function showAircraft({ groups }, { api, asked }) {
  const rows = often(groups);
  if (!rows.length) return none();
  const newest = await Promise.all(rows.map(({ key }) => newestOf(api, key, asked.datetime)));
  return table(
    [
      [T.aircraft, (row) => h('a', { href: `/#sel=aircraft:${encodeURIComponent(row.key)}`, text: [newest[rows.indexOf(row)]?.callsign, row.key].filter(Boolean).join(' · ') }), 'words'],
      [T.count, (row) => number(row.count)],
      [T.hours, (row) => number(row.flight_hours)],
      [T.newest, (row) => told(newest[rows.indexOf(row)]?.explanation ?? ''), 'words'],
    ],
    rows,
    { name: T.craft },
  ); // prettier-ignore
}

// Two lines of a sentence; the pointer tells the rest.
const told = (text) => h('span', { class: 'told', title: text, text });

async function newestOf(api, icao24, datetime) {
  const query = { icao24, limit: 1, datetime, properties: 'callsign,explanation' };
  const page = await api.get('/collections/anomalies/items', query);
  return page.features[0]?.properties;
}

export function showQuality({ completeness, messages }) {
  const columns = Object.entries(completeness).map(([name, share]) => ({ name, share }));
  const reasons = Object.entries(messages.reasons).sort((a, b) => b[1] - a[1]).slice(0, MOST); // prettier-ignore
  return [
    table(
      [
        [T.column, ({ name }) => T.columns[name] ?? name.replaceAll('_', ' ')],
        [T.sent, ({ share }) => (share === null ? '–' : h('span', {}, bar(share), percent(share)))],
      ],
      columns,
      { name: T.quality },
    ),
    reasons.length
      ? table([[T.reason, ([why]) => why], [T.refused, ([, n]) => number(n)]], reasons, { name: T.refused }) // prettier-ignore
      : h('p', { class: 'facts', text: T.noneRefused }),
  ];
}

const bar = (share) => h('span', { class: 'bar', 'aria-hidden': 'true' }, h('i', { style: { 'inline-size': `${(share * 100).toFixed(1)}%` } }));

const RANKS = ['critical', 'high', 'medium', 'low'];

export function showScorecard({ classes }) {
  const rows = [...classes].sort((a, b) => RANKS.indexOf(a.priority) - RANKS.indexOf(b.priority) || (a.title < b.title ? -1 : 1));
  const share = (name) => (one) => percent(one.measured?.[name]) ?? '–';
  const seconds = (name) => (one) => (Number.isFinite(one.measured?.[name]) ? `${number(one.measured[name])} s` : '–');
  return table(
    [
      [T.class, (one) => one.title],
      [T.priority, (one) => h('span', { class: `priority ${one.priority}`, text: TEXTS.priorities[one.priority] ?? one.priority })],
      [T.precision, share('precision')],
      [T.recall, share('recall')],
      [T.f1, share('f1')],
      [T.delay, seconds('delay_median_s')],
      [T.delay95, seconds('delay_p95_s')],
      [T.false100, (one) => number(one.measured?.false_per_100h)],
      [T.basis, (one) => (one.active ? (one.measured?.basis ?? T.notMeasured) : T.inactive(one.why ?? '')), 'words'],
    ],
    rows,
    { name: T.card, off: (one) => !one.active },
  );
}
