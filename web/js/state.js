// What the user has chosen. set() tells only the listeners of the keys that really changed.
import { NO_FILTER } from './craft_filter.js';

export const WINDOWS = [900, 3600, 21600, 86400, 604800];

export const SORTS = ['priority', 'confidence', 'newest'];

export const INITIAL = Object.freeze({
  view: null, // {lng, lat, zoom, bearing, pitch}; null = fit to the data
  off: new Set(), // class ids switched off; a class the server adds later starts switched on
  layers: Object.freeze({
    aircraft: true,
    labels: true,
    trails: true,
    zones: false,
    cells: false,
    hotspots: false,
    cleared: false,
    graticule: true,
    tracks: false,
    density: false,
    coverage: false,
    receiver: false,
    areas: true,
  }),
  opacity: Object.freeze({}), // layer -> share, where it is less than 1
  projection: 'mercator',
  window: 3600, // seconds shown by the time bar
  live: true,
  at: 0, // data time under the cursor, epoch ms, when not live
  end: 0, // right edge of the time bar, epoch ms, when not live
  compare: 0, // ms to the other time that is shown beside this one, 0 = none
  speed: 0, // playback: data seconds per second, 0 = paused
  selected: null, // {kind: 'anomaly' | 'aircraft', id}
  area: null, // what was drawn (area.js)
  areaId: null, // the kept area that it is, where it is one
  only: null, // {kind: 'country' | 'fir' | 'area', id}: map, list and counts show nothing else
  desk: Object.freeze({ band: '', status: '', queue: '' }), // which incidents the list shows; '' = every one
  craft: NO_FILTER, // which aircraft are shown
  table: '', // the column by which the table of aircraft is sorted, -column downwards; '' = it is closed
  extent: true, // list only what is in view
  sort: 'priority', // or 'confidence', 'newest'
  theme: 'auto', // this and the next three: what the reader prefers (prefs.js)
  units: 'aviation',
  zone: 'utc',
  keys: 'on',
  sheet: null, // small screens: which sheet is up
});

export function createState(initial = {}) {
  let value = { ...INITIAL, ...initial };
  const listeners = [];
  return {
    get: () => value,
    on(keys, fn) {
      listeners.push({ keys, fn });
    },
    set(patch) {
      const changed = Object.keys(patch).filter((key) => !same(patch[key], value[key]));
      if (!changed.length) return;
      value = { ...value, ...patch };
      for (const { keys, fn } of listeners) if (keys.some((key) => changed.includes(key))) fn(value, changed);
    },
  };
}

function same(a, b) {
  if (a === b) return true;
  if (!a || !b || typeof a !== 'object' || typeof b !== 'object' || a instanceof Set || b instanceof Set) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
