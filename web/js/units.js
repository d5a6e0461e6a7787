// Measured values in words, in the units that the reader prefers. What comes in is always ft, kt, ft/min and nmi.
import { preferred } from './prefs.js';
import { TEXTS } from './texts.js';

const METRIC = {
  altitude: { unit: 'm', per: 0.3048 },
  speed: { unit: 'km/h', per: 1.852 },
  rate: { unit: 'm/s', per: 0.00508, digits: 1 },
  distance: { unit: 'km', per: 1.852, digits: 1 },
};
const AVIATION = {
  altitude: { unit: 'ft', per: 1 },
  speed: { unit: 'kt', per: 1 },
  rate: { unit: 'ft/min', per: 1 },
  distance: { unit: 'nmi', per: 1, digits: 1 },
};
const SAME = { unit: '', per: 1 };

// {unit, per, digits} of a kind of value; kinds that have one unit the world over give themselves.
export function unitOf(kind) {
  const table = preferred('units') === 'metric' ? METRIC : AVIATION;
  return table[kind] ?? SAME;
}

// "31,000 ft", "9,449 m"; '' where the value is missing. What is rounded to nothing has no sign.
export function inUnit(value, kind, signDisplay = 'negative') {
  if (!Number.isFinite(value)) return '';
  const { unit, per, digits = 0 } = unitOf(kind);
  const own = value * per;
  const most = Math.abs(own) >= 100 ? 0 : digits;
  return `${formatOf(most, signDisplay).format(own)} ${unit}`;
}

// To make one costs fifty times as much as to use it, and a table writes hundreds of numbers at every scroll.
const formats = new Map();

function formatOf(maximumFractionDigits, signDisplay) {
  const key = `${maximumFractionDigits}${signDisplay}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat('en', { maximumFractionDigits, signDisplay }));
  return formats.get(key);
}

// Values of the server carry their unit in words; those that have a metric sister are turned into it.
const KINDS = { ft: 'altitude', kt: 'speed', 'ft/min': 'rate', nmi: 'distance' };

export function converted(value, unit) {
  const kind = KINDS[unit];
  if (!kind || typeof value !== 'number' || preferred('units') !== 'metric') return [value, unit];
  return [value * METRIC[kind].per, METRIC[kind].unit];
}

const LEVEL_FROM = 18_000; // ft: the transition altitude of much of the world

export function altitudeText(feet, onGround = false) {
  if (onGround) return TEXTS.values.ground;
  if (!Number.isFinite(feet)) return TEXTS.values.missing;
  if (preferred('units') === 'aviation' && feet >= LEVEL_FROM) return `FL${String(Math.round(feet / 100)).padStart(3, '0')}`;
  return inUnit(Math.round(feet), 'altitude');
}
