// State <-> URL fragment. Readable, stable, and only what differs from the start state is written.
import { formatFilter, parseFilter } from './craft_filter.js';
import { formatMap, parseMap } from './hash_map.js';
import { CHOICES } from './prefs.js';
import { INITIAL, SORTS, WINDOWS } from './state.js';

const COLUMN = /^-?[a-z0-9_]{1,20}$/;
const ID = /^[\w.:~/-]{1,80}$/;

export function formatHash(state) {
  const parts = [];
  if (state.view) parts.push(`view=${formatView(state.view)}`);
  if (state.projection !== INITIAL.projection) parts.push(`proj=${state.projection}`);
  if (state.off.size) parts.push(`off=${[...state.off].sort().join(',')}`);
  const flips = Object.keys(INITIAL.layers).filter((key) => state.layers[key] !== INITIAL.layers[key]);
  if (flips.length) parts.push(`flip=${flips.join(',')}`);
  if (state.window !== INITIAL.window) parts.push(`win=${state.window}`);
  if (!state.live) parts.push(`at=${instant(state.at)}`, `end=${instant(state.end)}`);
  if (state.selected) parts.push(`sel=${state.selected.kind}:${encodeURIComponent(state.selected.id)}`);
  parts.push(...formatMap(state));
  if (formatFilter(state.craft)) parts.push(`ac=${formatFilter(state.craft)}`);
  if (state.table) parts.push(`table=${state.table}`);
  if (!state.extent) parts.push('list=all');
  for (const name of ['sort', ...Object.keys(CHOICES)])
    if (state[name] !== INITIAL[name]) parts.push(`${name}=${state[name]}`);
  return parts.length ? `#${parts.join('&')}` : '';
}

// Writes the address, but never over one that somebody just gave it and that is still to be read: while time plays it is
// written all the time.
export function createAddress({ location, history } = globalThis) {
  let known = location.hash;
  return {
    write(hash) {
      if (location.hash !== known) return;
      history.replaceState(null, '', hash || location.pathname);
      known = location.hash;
    },
    read: () => parseHash((known = location.hash)),
  };
}

export function parseHash(hash) {
  const out = {};
  const fields = new Map(hash.replace(/^#/, '').split('&').filter(Boolean).map(splitField));
  const view = parseView(fields.get('view'));
  if (view) out.view = view;
  out.projection = fields.get('proj') === 'globe' ? 'globe' : 'mercator';
  out.off = new Set((fields.get('off') ?? '').split(',').filter((id) => ID.test(id)));
  const flips = new Set((fields.get('flip') ?? '').split(','));
  out.layers = Object.fromEntries(Object.entries(INITIAL.layers).map(([key, on]) => [key, flips.has(key) ? !on : on]));
  out.window = WINDOWS.includes(Number(fields.get('win'))) ? Number(fields.get('win')) : INITIAL.window;
  const at = Date.parse(fields.get('at') ?? '');
  out.live = Number.isNaN(at);
  if (!out.live) Object.assign(out, { at, end: Date.parse(fields.get('end') ?? '') || at });
  out.selected = parseSelected(fields.get('sel'));
  Object.assign(out, parseMap(fields));
  out.craft = parseFilter(fields.get('ac'));
  out.table = COLUMN.test(fields.get('table') ?? '') ? fields.get('table') : '';
  out.extent = fields.get('list') !== 'all';
  out.sort = SORTS.includes(fields.get('sort')) ? fields.get('sort') : INITIAL.sort;
  // What the link does not say of theme, units and zone stays as the reader has it.
  for (const [name, choices] of Object.entries(CHOICES))
    if (choices.includes(fields.get(name))) out[name] = fields.get(name);
  return out;
}

function splitField(field) {
  const cut = field.indexOf('=');
  return cut < 0 ? [field, ''] : [field.slice(0, cut), field.slice(cut + 1)];
}

function formatView({ lng, lat, zoom, bearing, pitch }) {
  const tail = bearing || pitch ? `,${bearing.toFixed(0)},${pitch.toFixed(0)}` : '';
  return `${lat.toFixed(4)},${lng.toFixed(4)},${zoom.toFixed(2)}${tail}`;
}

function parseView(text) {
  const numbers = (text ?? '').split(',').map(Number);
  if (numbers.length < 3 || numbers.some((n) => !Number.isFinite(n))) return null;
  const [lat, lng, zoom, bearing = 0, pitch = 0] = numbers;
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 360 && zoom >= 0 && zoom <= 22
    ? { lng, lat, zoom, bearing, pitch }
    : null;
}

function parseSelected(text) {
  const match = /^(anomaly|aircraft|incident):(.+)$/.exec(text ?? '');
  if (!match) return null;
  try {
    const id = decodeURIComponent(match[2]);
    return ID.test(id) ? { kind: match[1], id } : null;
  } catch {
    return null; // a broken escape in a link that somebody cut short
  }
}

function instant(ms) {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
