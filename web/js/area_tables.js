// The answer for an area as tables: anomalies of each class by day or hour, and the latest ones.
import { bucketsFor, DAY_MS } from './area_query.js';
import { h } from './dom.js';
import { chipOf, colorOf } from './parts.js';
import { TEXTS } from './texts.js';
import { clockText, dayText, stampText } from './time.js';

const T = TEXTS.tools.area;
const LATEST = 30;
const SVG = 'http://www.w3.org/2000/svg';
const TALL = 22;

// One row for each class with its bars, all on one scale, under a row for all classes together.
export function classTable(app, classes, span) {
  const { step, first, n } = bucketsFor(span);
  const day = step === DAY_MS;
  const word = (i) => dayText(first + i * step) + (day ? '' : ` ${clockText(first + i * step, false)}`);
  const sum = Array.from({ length: n }, (_, i) => classes.reduce((total, row) => total + row.counts[i], 0));
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col', text: T.class }),
    h('th', { scope: 'col', text: day ? T.byDay : T.byHour }),
    h('th', { scope: 'col', class: 'number', text: T.count }),
  );
  const most = Math.max(...classes.flatMap((row) => row.counts));
  const total = sum.reduce((a, b) => a + b, 0);
  const all = classes.length > 1 ? [row(T.all, null, sum, total, Math.max(...sum), word)] : [];
  const rows = classes.map(({ id, counts, total: own }) => {
    const one = app.classOf(id);
    return row(one.title, one.style, counts, own, most, word);
  });
  const last = day ? word(n - 1) : clockText(first + (n - 1) * step, false);
  const axis = h(
    'tr',
    { class: 'axis', 'aria-hidden': 'true' },
    h('td', { colspan: 3 }, h('span', { text: word(0) }), h('span', { text: n > 1 ? last : '' })),
  );
  return h(
    'table',
    { class: 'area-table' },
    h('caption', { class: 'sr-only', text: T.caption(day) }),
    h('thead', {}, head),
    h('tbody', {}, ...all, ...rows, axis),
  );
}

function row(title, style, counts, total, most, word) {
  const name = h(
    'th',
    { scope: 'row', style: style ? colorOf(style) : {} },
    style ? chipOf(style) : null,
    h('span', { text: title }),
  );
  return h(
    'tr',
    { class: style ? '' : 'sum', style: style ? colorOf(style) : {} },
    name,
    h('td', {}, bars(counts, most, word)),
    h('td', { class: 'number', text: total.toLocaleString('en') }),
  );
}

function bars(counts, most, word) {
  const svg = document.createElementNS(SVG, 'svg');
  const n = counts.length;
  svg.setAttribute('viewBox', `0 0 ${n * 4} ${TALL}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'bars');
  svg.setAttribute('role', 'img');
  const busiest = counts.indexOf(Math.max(...counts));
  svg.setAttribute('aria-label', T.most(word(busiest), counts[busiest]));
  const path = document.createElementNS(SVG, 'path');
  const bar = (count, i) =>
    `M${i * 4 + 0.4} ${TALL}v${-(count ? Math.max(2, (count / most) * TALL) : 0.8).toFixed(1)}h3.2V${TALL}z`;
  path.setAttribute('d', counts.map(bar).join(''));
  svg.append(path);
  return svg;
}

export function latestList(app, rows) {
  const item = (one) => {
    const { title, style } = app.classOf(one.cls);
    const top = h(
      'span',
      { class: 'row-top' },
      h('span', { class: 'title', text: title }),
      h('span', { class: 'who', text: one.callsign }),
    );
    const text = h('span', { class: 'sentence', text: one.explanation });
    const time = h('span', { class: 'ago', text: stampText(one.start) });
    const main = h('span', { class: 'row-main' }, top, text, time);
    return h(
      'li',
      { style: colorOf(style) },
      h('button', { class: 'row', type: 'button', onclick: () => app.list.open(one.id) }, chipOf(style), main),
    );
  };
  return h('ol', { class: 'rows', 'aria-label': T.latestList }, rows.slice(0, LATEST).map(item));
}
