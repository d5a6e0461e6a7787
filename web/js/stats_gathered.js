// Where anomalies gather, and hours that brought more than they should: two parts of the statistics page.
import { h } from './dom.js';
import { number, placeText, table } from './stats_tables.js';
import { TEXTS } from './texts.js';
import { clockText, dateText, dayText, parseTime, rfc3339 } from './time.js';
import { inUnit } from './units.js';

const T = TEXTS.statistics;
const MOST = 12;
const CLASSES = 3;
const HOUR_MS = 3_600_000;
const LONGEST_H = 13 * 24; // with the day to come, the longest that the service answers at once
const HIGH = 120; // of the chart, in its own units
const SVG = 'http://www.w3.org/2000/svg';

export const askHotspots = (api, { datetime }) => api.get('/statistics/hotspots', { datetime, limit: MOST, f: 'json' });

export async function showHotspots({ features }, { api }) {
  if (!features.length) return h('p', { class: 'facts', text: T.noHotspots });
  const { classes } = await api.get('/classes');
  const titles = new Map(classes.map(({ id, title }) => [id, title]));
  const named = (counts) => Object.entries(counts).slice(0, CLASSES).map(([id, n]) => `${titles.get(id) ?? id} ${number(n)}`).join(', '); // prettier-ignore
  return table(
    [
      [T.place, ({ near, lat, lon }) => placeLink(near, lat, lon), 'words'],
      [T.count, ({ count }) => number(count)],
      [T.craftIn, ({ aircraft }) => number(aircraft)],
      [T.reach, ({ reach_nmi: nmi }) => inUnit(nmi, 'distance')],
      [T.classesIn, (one) => named(one.classes), 'words'],
    ],
    features.map(({ properties }) => properties),
    { name: T.hotspots },
  );
}

const placeLink = (near, lat, lon) => h('a', { href: `/#view=${lat},${lon},6.5&list=all`, text: placeText(near) });

// The hours up to data time, and the day that follows.
export function askForecast(api, { hours, end }) {
  const span = Number.isFinite(end) ? [end - Math.min(hours, LONGEST_H) * HOUR_MS, end + 24 * HOUR_MS] : null;
  return api.get('/statistics/forecast', { datetime: span?.map(rfc3339).join('/'), limit: MOST, f: 'json' });
}

export function showForecast({ hours, surges, learned_hours: learned }) {
  if (!learned) return h('p', { class: 'facts', text: T.nothingLearned });
  const rows = surges.map((one) => ({ ...one, at: parseTime(one.start) }));
  return [
    h('div', { class: 'scroll-x', tabindex: '0', role: 'group', 'aria-label': T.forecastChart }, chart(hours)),
    h('p', { class: 'facts', text: T.learned(learned) }),
    rows.length ? surgeTable(rows) : h('p', { class: 'facts', text: T.noSurges }),
  ];
}

const surgeTable = (rows) =>
  table(
    [
      [T.hour, ({ at }) => `${dayText(at)} ${clockText(at, false)}`],
      [T.place, ({ near, lat, lon }) => placeLink(near, lat, lon), 'words'],
      [T.count, ({ count }) => number(count)],
      [T.expected, ({ expected, low, high }) => h('span', { title: T.between(low, high), text: number(expected) })],
      [T.chance, ({ chance }) => T.oneIn(chance)],
    ],
    rows,
    { name: T.surges },
  );

// A bar for what came in each hour, before the band of what it should bring.
function chart(hours) {
  const most = Math.max(1, ...hours.map(({ count, high }) => Math.max(count ?? 0, high)));
  const y = (n) => ((1 - n / most) * HIGH).toFixed(1);
  const node = svg('svg', { viewBox: `0 0 ${hours.length * 10} ${HIGH}`, class: 'forecast', role: 'img', preserveAspectRatio: 'none', 'aria-label': T.forecastSaid(hours.filter(({ surge }) => surge).length, hours.length) }); // prettier-ignore
  for (const [i, one] of hours.entries()) {
    const group = svg('g', {}, svgTitle(one));
    group.append(svg('rect', { class: 'band', x: i * 10, width: 10, y: y(one.high), height: (((one.high - one.low) / most) * HIGH).toFixed(1) }));
    if (one.count) group.append(svg('rect', { class: one.surge ? 'came surge' : 'came', x: i * 10 + 2, width: 6, y: y(one.count), height: ((one.count / most) * HIGH).toFixed(1) })); // prettier-ignore
    group.append(svg('rect', { class: 'mean', x: i * 10, width: 10, y: y(one.expected), height: 1 }));
    node.append(group);
  }
  return node;
}

function svgTitle({ start, count, expected, low, high }) {
  const title = svg('title', {});
  const at = parseTime(start);
  title.textContent = T.hourSaid(`${dateText(at)} ${clockText(at, false)}`, count, number(expected), low, high);
  return title;
}

function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}
