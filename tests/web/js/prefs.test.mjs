// What the reader prefers: units and times in words, colours that stay plain on a light page.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { safeColor } from '../../../web/js/dom.js';
import { formatHash, parseHash } from '../../../web/js/hash.js';
import { INITIAL } from '../../../web/js/state.js';
import { clockText, dayText, pastText, stampText, ticks, zoneText } from '../../../web/js/time.js';
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

test('an axis of local time has its ticks at whole hours and days of the clock on the wall, in summer and winter', () => {
  process.env.TZ = 'Asia/Kathmandu';
  prefer({ zone: 'local' });
  const noon = Date.UTC(2026, 5, 1, 12);
  assert.deepEqual(ticks(noon - 86_400_000, noon, 9).map((t) => clockText(t, false)), ['18:00', '21:00', '00:00', '03:00', '06:00', '09:00', '12:00', '15:00']);
  process.env.TZ = 'Europe/Berlin';
  const days = ticks(Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 27), 5);
  assert.deepEqual(days.map((t) => `${dayText(t)} ${clockText(t, false)}`), ['24 Oct 00:00', '25 Oct 00:00', '26 Oct 00:00', '27 Oct 00:00']);
  const spring = Date.UTC(2026, 2, 29);
  assert.deepEqual(ticks(spring, spring + 3 * 3_600_000, 3).map((t) => clockText(t, false)), ['01:00', '03:00', '04:00', '05:00']);
});

test('a time of the past says its zone, and its year once that is not the one that comes to mind', () => {
  const now = Date.UTC(2026, 2, 18);
  assert.equal(pastText(Date.UTC(2025, 11, 31), now), '31 Dec · UTC · 77 d ago');
  assert.equal(pastText(Date.UTC(2025, 3, 1), now), '1 Apr 2025 · UTC');
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
