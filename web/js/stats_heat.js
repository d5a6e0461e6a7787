// Anomalies per class and hour as a table that is also a picture: the darker the more. Long spans are counted in larger steps.
import { h, safeColor } from './dom.js';
import { classIcon } from './icons.js';
import { TEXTS } from './texts.js';
import { clockText, dateText, dayText, parseTime } from './time.js';

const T = TEXTS.statistics;
const MOST_COLUMNS = 30;

// {starts, step, rows: [{id, counts, total}]} of classes that have any, the most frequent first.
export function binned({ hours, classes }, most = MOST_COLUMNS) {
  const step = [1, 2, 3, 6, 12, 24].find((n) => hours.length / n <= most) ?? 24;
  const bins = Math.ceil(hours.length / step);
  const add = (counts) => Array.from({ length: bins }, (_, i) => counts.slice(i * step, (i + 1) * step).reduce((a, b) => a + b, 0));
  const rows = Object.entries(classes).map(([id, counts]) => ({ id, counts: add(counts), total: counts.reduce((a, b) => a + b, 0) }));
  return {
    step,
    starts: Array.from({ length: bins }, (_, i) => parseTime(hours[i * step])),
    rows: rows.filter(({ total }) => total).sort((a, b) => b.total - a.total || (a.id < b.id ? -1 : 1)),
  };
}

export function showHeat({ stats, classes }) {
  const { step, starts, rows } = binned(stats);
  if (!rows.length) return h('p', { class: 'facts', text: T.none });
  const named = new Map(classes.map((one) => [one.id, one]));
  const head = h('tr', {}, h('td', {}), starts.map((ms, i) => h('th', { scope: 'col', title: `${dateText(ms)} ${clockText(ms, false)}`, text: hourText(ms, i, step) })), h('th', { scope: 'col', text: T.total })); // prettier-ignore
  const body = rows.map((row) => line(row, named.get(row.id), starts));
  const table = h('table', { class: 'heat' }, h('thead', {}, head), h('tbody', {}, body, sums(rows, starts.length)));
  const wide = h('div', { class: 'scroll-x', tabindex: '0', role: 'group', 'aria-label': T.heat }, table);
  requestAnimationFrame(() => (wide.scrollLeft = wide.scrollWidth)); // the newest hour is what one came for
  return wide;
}

// The hour where columns are hours, the day where they are more.
function hourText(ms, i, step) {
  if (step >= 12) return dayText(ms);
  return step > 1 && i % 2 ? '' : clockText(ms, false).slice(0, 2);
}

function line({ id, counts, total }, one, starts) {
  const most = Math.max(...counts);
  const name = h('th', { scope: 'row', style: { '--color': safeColor(one?.style?.color) } }, classIcon(one?.style), one?.title ?? id);
  const cells = counts.map((n, i) => cell(n, most, starts[i]));
  return h('tr', {}, name, cells, h('td', { class: 'sum', text: total.toLocaleString('en') }));
}

function cell(n, most, ms) {
  if (!n) return h('td', {});
  const title = T.cell(n, dateText(ms), clockText(ms, false));
  return h('td', { 'data-n': n, title, style: { '--share': (n / most).toFixed(3) }, text: n > 999 ? '…' : String(n) });
}

function sums(rows, n) {
  const totals = Array.from({ length: n }, (_, i) => rows.reduce((sum, row) => sum + row.counts[i], 0));
  const cells = totals.map((sum) => h('td', { class: 'sum small', text: sum ? sum.toLocaleString('en') : '' }));
  return h('tr', {}, h('th', { scope: 'row', text: T.all }), cells, h('td', { class: 'sum', text: totals.reduce((a, b) => a + b, 0).toLocaleString('en') }));
}
