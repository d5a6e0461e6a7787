// What the map side adds to the address: the drawn area with its name, and the place that was chosen.
import { formatArea, parseArea } from './area.js';
import { formatOpacity, parseOpacity } from './fade.js';
import { parseOnly } from './where.js';

const FADING = ['anomalies', 'zones', 'cells', 'tracks', 'density', 'coverage', 'hotspots'];

const LONGEST_MS = 400 * 86_400_000;

export function formatMap({ area, only, opacity, compare }) {
  const parts = [];
  if (area) parts.push(`area=${formatArea(area)}`);
  if (area?.name) parts.push(`name=${encodeURIComponent(area.name)}`);
  if (only) parts.push(`only=${only.kind}:${only.id}`);
  const faint = formatOpacity(opacity);
  if (compare) parts.push(`compare=${compare / 1000}`);
  if (faint) parts.push(`faint=${faint}`);
  return parts;
}

export function parseMap(fields) {
  const area = parseArea(fields.get('area'), decoded(fields.get('name')));
  const only = parseOnly(fields.get('only'));
  const opacity = parseOpacity(fields.get('faint'), FADING);
  const compare = Number(fields.get('compare') ?? 0) * 1000;
  const known = Number.isInteger(compare) && Math.abs(compare) <= LONGEST_MS;
  return { area, opacity, compare: known ? compare : 0, only: only?.kind === 'area' && !area ? null : only };
}

function decoded(text = '') {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // a link that somebody cut short
  }
}
