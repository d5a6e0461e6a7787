// What map and desk add to the address: the drawn area with its name, the place that was chosen, the incidents that are listed.
import { formatArea, parseArea } from './area.js';
import { formatOpacity, parseOpacity } from './fade.js';
import { INITIAL } from './state.js';
import { parseOnly } from './where.js';

const FADING = ['anomalies', 'zones', 'cells', 'tracks', 'density', 'coverage', 'hotspots'];

const LONGEST_MS = 400 * 86_400_000;

const FILTERS = Object.keys(INITIAL.desk); // band, status, queue
const FILTER = /^[\w-]{0,40}$/;

export function formatMap({ area, only, opacity, compare, desk = INITIAL.desk }) {
  const parts = [];
  if (area) parts.push(`area=${formatArea(area)}`);
  if (area?.name) parts.push(`name=${encodeURIComponent(area.name)}`);
  if (only) parts.push(`only=${only.kind}:${only.id}`);
  const faint = formatOpacity(opacity);
  if (compare) parts.push(`compare=${compare / 1000}`);
  if (faint) parts.push(`faint=${faint}`);
  if (FILTERS.some((name) => desk[name])) parts.push(`desk=${FILTERS.map((name) => desk[name]).join(',')}`);
  return parts;
}

export function parseMap(fields) {
  const area = parseArea(fields.get('area'), decoded(fields.get('name')));
  const only = parseOnly(fields.get('only'));
  const opacity = parseOpacity(fields.get('faint'), FADING);
  const compare = Number(fields.get('compare') ?? 0) * 1000;
  const known = Number.isInteger(compare) && Math.abs(compare) <= LONGEST_MS;
  const chosen = (fields.get('desk') ?? '').split(',').map((text) => (FILTER.test(text) ? text : ''));
  const desk = Object.fromEntries(FILTERS.map((name, i) => [name, chosen[i] ?? '']));
  return { area, desk, opacity, compare: known ? compare : 0, only: only?.kind === 'area' && !area ? null : only };
}

function decoded(text = '') {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // a link that somebody cut short
  }
}
