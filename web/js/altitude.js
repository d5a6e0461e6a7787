// Altitude in feet -> colour: warm near the ground, cool at cruise; close steps stay apart for colour-blind eyes.
const STOPS = [
  [0, [255, 122, 69]],
  [4000, [255, 170, 60]],
  [10_000, [236, 219, 96]],
  [20_000, [112, 214, 160]],
  [30_000, [74, 182, 236]],
  [38_000, [132, 146, 255]],
  [45_000, [214, 134, 255]],
];
const UNKNOWN = [142, 158, 178];
const GROUND = [120, 134, 152];

export function altitudeRgb(feet, onGround = false) {
  if (onGround) return GROUND;
  if (!Number.isFinite(feet)) return UNKNOWN;
  const last = STOPS.length - 1;
  if (feet <= STOPS[0][0]) return STOPS[0][1];
  if (feet >= STOPS[last][0]) return STOPS[last][1];
  const i = STOPS.findIndex(([ft]) => ft > feet);
  const [lo, a] = STOPS[i - 1];
  const [hi, b] = STOPS[i];
  const f = (feet - lo) / (hi - lo);
  return a.map((v, k) => Math.round(v + f * (b[k] - v)));
}

// The same by a table of 250 ft steps: ten thousand aircraft a second ask.
const STEP = 250;
const TABLE = Array.from({ length: 45_000 / STEP + 1 }, (_, i) => altitudeRgb(i * STEP));

export function quickRgb(feet, onGround) {
  if (onGround || !Number.isFinite(feet)) return altitudeRgb(feet, onGround);
  return TABLE[Math.max(0, Math.min(TABLE.length - 1, Math.round(feet / STEP)))];
}

export const altitudeColor = (feet, onGround) => `rgb(${altitudeRgb(feet, onGround).join(',')})`;

export function altitudeGradient() {
  const top = STOPS[STOPS.length - 1][0];
  return `linear-gradient(90deg, ${STOPS.map(([ft, rgb]) => `rgb(${rgb}) ${((100 * ft) / top).toFixed(0)}%`).join(', ')})`;
}

export { altitudeText } from './units.js';
