// What the reader prefers: units and times in words, colours that stay plain on a light page.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { safeColor } from '../../../web/js/dom.js';
import { formatHash, parseHash } from '../../../web/js/hash.js';
import { INITIAL } from '../../../web/js/state.js';
import { clockText, stampText, zoneText } from '../../../web/js/time.js';
import { altitudeText, converted, inUnit } from '../../../web/js/units.js';

const prefer = (dataset) => (globalThis.document = { documentElement: { dataset } });
afterEach(() => delete globalThis.document);

test('without a choice values are in the units of aviation, and high altitudes are flight levels', () => {
  assert.equal(inUnit(454.4, 'speed'), '454 kt');
  assert.equal(inUnit(-0.3, 'rate'), '0 ft/min');
  assert.equal(inUnit(0.3, 'rate', 'exceptZero'), '0 ft/min');
  assert.equal(inUnit(640, 'rate', 'exceptZero'), '+640 ft/min');
  assert.equal(altitudeText(31_000), 'FL310');
  assert.deepEqual(converted(1000, 'ft'), [1000, 'ft']);
});

test('metric units are exact, and what has no metric sister stays', () => {
  prefer({ units: 'metric' });
  assert.equal(inUnit(100, 'speed'), '185 km/h');
  assert.equal(altitudeText(31_000), '9,449 m');
  assert.equal(inUnit(-1500, 'rate'), '-7.6 m/s');
  assert.deepEqual(converted(10, 's'), [10, 's']);
  assert.equal(inUnit(NaN, 'speed'), '');
});

test('local time is the clock on the wall, and says so', () => {
  process.env.TZ = 'Asia/Kolkata';
  const noon = Date.UTC(2026, 5, 1, 12);
  assert.equal(stampText(noon), '1 Jun 2026 12:00:00 UTC');
  prefer({ zone: 'local' });
  assert.equal(clockText(noon, false), '17:30');
  assert.equal(zoneText(noon), 'GMT+5:30');
});

test('the light page darkens what would be pale on it', () => {
  assert.equal(safeColor('#ffd24a', false), '#ffd24a');
  const [r, g, b] = safeColor('#ffd24a', true).match(/[0-9a-f]{2}/g).map((v) => parseInt(v, 16) / 255);
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  assert.ok(1.05 / (0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05) >= 3);
});

test('a link carries what differs, and leaves the rest to the reader', () => {
  assert.equal(formatHash({ ...INITIAL, theme: 'light', sort: 'newest' }), '#sort=newest&theme=light');
  const back = parseHash('#theme=light&units=furlongs');
  assert.equal(back.theme, 'light');
  assert.equal('units' in back, false);
});
