// The evidence of an anomaly: what was measured against which threshold, all thresholds, and the sample rows.
import { h } from './dom.js';
import { block } from './parts.js';
import { TEXTS } from './texts.js';
import { clockText, parseTime } from './time.js';
import { converted } from './units.js';

const T = TEXTS.evidence;
const MOST_ROWS = 40;
const MOST_COLUMNS = 9;

// `sentence`: words that it says already are not said again. `units`: of values that are no parameters (/classes).
export function whyBlock(evidence, { params = {}, units = {} } = {}, sentence = '') {
  const { values, samples, thresholds } = sortOut(evidence);
  const limits = { ...defaults(params), ...thresholds };
  const news = Object.fromEntries(Object.entries(values).filter(([, value]) => !isSaid(value, sentence)));
  const rest = Object.keys(limits).length;
  return block(T.why, [
    Object.keys(news).length ? measured(news, limits, { params, units }) : h('p', { text: T.said }),
    rest ? fold(T.thresholds(rest), pairs(limits, { params })) : null,
    samples.length ? fold(T.samples(samples.length), sampleTable(samples)) : null,
  ]);
}

const fold = (title, ...content) => h('details', { class: 'fold' }, h('summary', { text: title }), content);

// Fragments of the sentence travel among the values: they fill its gaps.
function isSaid(value, sentence) {
  if (value === null || value === '') return true;
  return typeof value === 'string' && sentence.toLowerCase().includes(value.trim().replace(/^[,;\s]+/, '').toLowerCase());
}

// When each sample was, epoch ms: the charts mark them.
export function sampleTimes(evidence) {
  return sortOut(evidence)
    .samples.map((row) => parseTime(row.time))
    .filter(Number.isFinite);
}

// Detectors may name their parts a little differently: tell them apart by what they are.
function sortOut(evidence) {
  const out = { values: {}, samples: [], thresholds: {} };
  for (const [key, value] of Object.entries(evidence ?? {})) {
    if (key.endsWith('_hash') || key === 'context') continue;
    if (Array.isArray(value) && value.some((row) => row && typeof row === 'object'))
      out.samples.push(...value.filter((row) => row && typeof row === 'object' && !Array.isArray(row)));
    else if (/^(param|threshold|limit)/.test(key) && value && typeof value === 'object')
      Object.assign(out.thresholds, value);
    else if (value && typeof value === 'object' && !Array.isArray(value)) Object.assign(out.values, value);
    else out.values[key] = value;
  }
  return out;
}

// The thresholds in force by name: those that the evidence names, else those of the class.
export const limitsIn = (evidence, params) => ({ ...defaults(params), ...sortOut(evidence).thresholds });

function defaults(params) {
  return Object.fromEntries(Object.entries(params ?? {}).map(([name, p]) => [name, p?.value ?? p?.default]));
}

// A value beside the threshold of the same name, where there is one.
function measured(values, limits, { params, units }) {
  const rows = entries(values).map(([name, value]) => {
    const limit = limitText(name, value, limits, params);
    return h('tr', {}, rowName(name, params), h('td', { class: 'limit', text: limit }), cell(name, value, { params, units }));
  });
  return h('table', { class: 'pairs' }, h('tbody', {}, rows));
}

// Some classes judge by another threshold high up: which of the two held is not said.
export function limitText(name, value, limits, params) {
  const own = [name, `high_${name}`].filter((one) => one in limits);
  return own.length ? T.threshold(own.map((one) => withUnit(one, signed(limits[one], value), { params })).join(T.or)) : '';
}

function pairs(values, { params }) {
  const rows = entries(values).map(([name, value]) => h('tr', {}, rowName(name, params), cell(name, value, { params })));
  return h('table', { class: 'pairs' }, h('tbody', {}, rows));
}

const entries = (values) => Object.entries(values).slice(0, MOST_ROWS);
const cell = (name, value, known) => h('td', { text: withUnit(name, value, known) });
const rowName = (name, params) => h('th', { scope: 'row', text: T.names[name] ?? words(name.replace(UNIT, '')), title: params?.[name]?.help ?? '' });

// A fall is told as a rate above nothing and its threshold as one below: side by side both are told the same way.
function signed(limit, value) {
  if (limit && typeof limit === 'object') return { ...limit, value: signed(limit.value, value) };
  return value > 0 && limit < 0 ? -limit : limit;
}

const UNIT = /_(nmi|km|ft|kt|deg|m|s|min)$/; // a name may end in the unit of its value

// Parameters come as {value, unit}; measured values bare, in the unit that is known for that name.
function withUnit(name, value, { params, units }) {
  const known = params?.[name]?.unit ?? units?.[name] ?? (typeof value === 'number' ? UNIT.exec(name)?.[1] : undefined);
  const own = value && typeof value === 'object' && 'value' in value ? value : { value, unit: typeof value === 'string' ? '' : known };
  const [amount, unit] = converted(own.value, own.unit);
  return [shown(amount, name), unit].filter(Boolean).join(' ');
}

function sampleTable(samples) {
  const columns = [...new Set(samples.flatMap((row) => Object.keys(row)))].slice(0, MOST_COLUMNS);
  const head = h(
    'tr',
    {},
    columns.map((name) => h('th', { scope: 'col', text: words(name) })),
  );
  const rows = samples.slice(0, MOST_ROWS).map((row) =>
    h(
      'tr',
      {},
      columns.map((name) => h('td', { text: shown(row[name], name) })),
    ),
  );
  return h(
    'div',
    { class: 'scroll-x', tabindex: '0', role: 'region', 'aria-label': T.samplesName },
    h('table', { class: 'samples' }, h('thead', {}, head), h('tbody', {}, rows)),
  );
}

export const words = (name) => String(name).replaceAll('_', ' ').slice(0, 60);

// A value as text: numbers to a sensible number of digits, times as times, anything else as it is.
export function shown(value, name = '') {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'number') return timeLike(name, value) ? clockText(value) : numberText(value);
  if (typeof value === 'boolean') return value ? T.yes : T.no;
  if (Array.isArray(value))
    return value
      .slice(0, 12)
      .map((v) => shown(v))
      .join(', ');
  if (typeof value === 'object') return partsText(value);
  return /^\d{4}-\d\d-\d\dT/.test(value)
    ? clockText(parseTime(value))
    : String(value)
        .replace(/^[\s,;]+/, '')
        .slice(0, 200);
}

// Several values under one name, as {turn_rate: 0.5, gap: 0.2}.
const partsText = (value) =>
  Object.entries(value)
    .slice(0, 12)
    .map(([name, one]) => `${words(name)} ${one && typeof one === 'object' ? JSON.stringify(one).slice(0, 40) : shown(one, name)}`)
    .join(', ')
    .slice(0, 200);

const timeLike = (name, value) => /(^|_)time$|^(start|end)$/.test(name) && value > 1e11;

export function numberText(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 1000 || Number.isInteger(value) ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  const text = value.toLocaleString('en', { maximumFractionDigits: digits });
  return text === '-0' ? '0' : text;
}
