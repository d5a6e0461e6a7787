// Reading anomalies, choosing which are on show, and everything that is counted or drawn from them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { altitudeRgb, altitudeText } from '../../../web/js/altitude.js';
import { Anomalies, CAP, inTime, readAnomaly, sorted } from '../../../web/js/anomalies.js';
import { createBus } from '../../../web/js/bus.js';
import { shown } from '../../../web/js/evidence.js';
import { bucketsOf } from '../../../web/js/histogram.js';
import { findMatches, parseCoordinates } from '../../../web/js/find.js';
import { airportFilter, anomalyFilter, whereabouts } from '../../../web/js/lookup.js';
import { cellLines, redIn } from '../../../web/js/cells.js';
import { mergeCells } from '../../../web/js/overlays.js';
import { readPositions, trackFeatures } from '../../../web/js/track.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const iso = (ms) => new Date(ms).toISOString();

function feature(
  id,
  { start = NOON - 600_000, end = NOON, ...more } = {},
  geometry = { type: 'Point', coordinates: [1, 2] },
) {
  return {
    type: 'Feature',
    id,
    geometry,
    properties: {
      class: 'made-up',
      state: 'open',
      priority: 'high',
      confidence: 0.5,
      explanation: 'text',
      start: iso(start),
      end: iso(end),
      ...more,
    },
  };
}

test('a path is anchored at its newest point, an area in its middle', () => {
  assert.deepEqual(
    readAnomaly(
      feature(
        'a',
        {},
        {
          type: 'LineString',
          coordinates: [
            [0, 0],
            [2, 1],
          ],
        },
      ),
    ).anchor,
    [2, 1],
  );
  assert.deepEqual(
    readAnomaly(
      feature(
        'a',
        {},
        {
          type: 'Polygon',
          coordinates: [
            [
              [0, 0],
              [2, 0],
              [2, 2],
              [0, 0],
            ],
          ],
        },
      ),
    ).anchor,
    [1, 1],
  );
});

test('what cannot be shown is refused, what is odd is tamed', () => {
  assert.equal(readAnomaly(null), null);
  assert.equal(readAnomaly({ id: 'x', properties: { start: 'never' } }), null);
  const odd = readAnomaly(feature('a', { priority: 'apocalyptic', confidence: 7, members: 'all' }));
  assert.deepEqual([odd.priority, odd.confidence, odd.members], ['low', 1, []]);
  assert.equal(readAnomaly({ ...feature('a'), geometry: null }).anchor, null);
});

test('live shows the window, the past what was going on', () => {
  const one = readAnomaly(feature('a', { start: NOON - 7_200_000, end: NOON - 5_400_000 }));
  assert.equal(inTime(one, { live: true, window: 3600 }, NOON), false);
  assert.equal(inTime(one, { live: true, window: 21_600 }, NOON), true);
  assert.equal(inTime(one, { live: false, at: NOON - 6_000_000, window: 3600 }, NOON), true);
  assert.equal(inTime(one, { live: false, at: NOON - 8_000_000, window: 3600 }, NOON), false);
});

test('by priority, then by what is still open, then by confidence', () => {
  const list = [
    feature('low', { priority: 'low' }),
    feature('closed', { state: 'closed' }),
    feature('open'),
    feature('sure', { confidence: 0.9 }),
  ].map(readAnomaly);
  assert.deepEqual(
    sorted(list, 'priority').map((a) => a.id),
    ['sure', 'open', 'closed', 'low'],
  );
});

test('buckets count each anomaly once', () => {
  const list = [feature('a'), feature('b', { start: NOON - 9_000_000, end: NOON })].map(readAnomaly);
  const buckets = bucketsOf(list, NOON - 3_600_000, NOON, 6);
  assert.equal(
    buckets.reduce((n, b) => n + b.total, 0),
    2,
  );
  assert.equal(buckets[0].total, 1);
  assert.equal(buckets[5].by.get('made-up'), 1);
});

test('coordinates are understood, and only coordinates', () => {
  assert.deepEqual(parseCoordinates('51.5, -0.12'), { lat: 51.5, lng: -0.12 });
  assert.deepEqual(parseCoordinates('33.9S 151.2E'), { lat: -33.9, lng: 151.2 });
  assert.equal(parseCoordinates('91, 0'), null);
  assert.equal(parseCoordinates('BAW123'), null);
});

test('search puts what begins with the words first', () => {
  const aircraft = [
    { id: 'abc123', callsign: 'XBAW1' },
    { id: '4ca1d2', callsign: 'BAW12' },
  ];
  assert.deepEqual(
    findMatches('baw', { aircraft, anomalies: [] }).map((m) => m.id),
    ['4ca1d2', 'abc123'],
  );
  assert.deepEqual(findMatches('b', { aircraft, anomalies: [] }), []);
});

test('a track is few lines, with its gap set apart and no jump over the antimeridian', () => {
  const at = (minute, lng, altitude) => ({
    geometry: { coordinates: [lng, 10] },
    properties: { time: iso(NOON + minute * 60_000), baro_altitude: altitude },
  });
  const rows = readPositions([
    at(0, 179.8, 30_000),
    at(1, 179.9, 30_100),
    at(2, -179.9, 30_200),
    at(30, -179.5, 30_000),
  ]);
  const lines = trackFeatures(rows);
  assert.deepEqual(
    lines.map((l) => l.properties.gap),
    [false, true],
  );
  assert.deepEqual(
    lines[0].geometry.coordinates.map(([x]) => Math.round(x * 10) / 10),
    [179.8, 179.9, 180.1],
  );
});

test('values are shown as a person would write them', () => {
  assert.equal(shown(-4321.7), '-4,322');
  assert.equal(shown(0.12345), '0.1235');
  assert.equal(shown(null), '–');
  assert.equal(shown('2026-11-20T12:00:05Z'), '12:00:05');
  assert.equal(altitudeText(35_012), 'FL350');
  assert.deepEqual(altitudeRgb(NaN), altitudeRgb(undefined));
});

test('cells of several half hours become one, and one bad transponder colours nothing', () => {
  const cell = (h3, good, bad) => ({ geometry: null, properties: { h3, good, bad, aircraft: good + bad } });
  const merged = mergeCells([cell('a', 9, 1), cell('a', 9, 1), cell('b', 5, 6)]).map((f) => f.properties);
  assert.deepEqual(
    merged.map((p) => [p.h3, p.share]),
    [
      ['a', 0],
      ['b', 5 / 11],
    ],
  );
});

test('a type is found, behind everybody of that name', () => {
  const craft = [{ id: 'aaaaaa', callsign: 'XYZ1', type_code: 'A320' }, { id: 'bbbbbb', callsign: 'A320X', type_code: 'C172' }];
  const found = findMatches('a320', { aircraft: craft, anomalies: [] });
  assert.deepEqual(found.map(({ id }) => id), ['bbbbbb', 'aaaaaa']); // prettier-ignore
});

test('what was typed stays a text in the questions to the service', () => {
  assert.ok(airportFilter("o'h%").includes("'%o''h\\%%'"));
  assert.equal(anomalyFilter('baw1'), "callsign LIKE 'BAW1%'");
  assert.equal(anomalyFilter('4CA7b5'), "callsign LIKE '4CA7B5%' OR icao24 = '4ca7b5'");
});

test('one that is heard while the past is looked at pushes out none of the past', () => {
  const day = 86_400_000;
  const past = NOON - 7 * day;
  const bus = createBus();
  const anomalies = new Anomalies({ bus, api: {}, clock: {}, span: () => [past - day, past] });
  const some = (name, time) =>
    Array.from({ length: CAP }, (_, i) => feature(`${name}${i}`, { start: iso(time - 60_000), end: iso(time) }));
  anomalies.take([...some('then', past), ...some('now', NOON)]);
  bus.emit('stream:anomaly', feature('heard'));
  assert.equal(anomalies.everywhere().length, CAP);
  assert.ok(anomalies.everywhere().every(({ id }) => id.startsWith('then')));
});

test('a cell says its share, of how many, and of when', () => {
  const asked = { datetime: '2026-11-30T05:00:00Z/2026-11-30T05:59:59Z', daily: false };
  assert.deepEqual(cellLines({ share: 0.5, good: 0, bad: 4 }, asked), [
    'Bad navigation: 50 %',
    '4 of 4 aircraft, counted each half hour; one is left out each time, as GPSJam does',
    '30 Nov 05:00 to 05:59 UTC',
  ]);
  const [share, , span] = cellLines({ share: 0.0123, good: 80, bad: 2 }, { datetime: '2026-11-29T06:00:00Z/2026-11-30T06:00:00Z', daily: true });
  assert.deepEqual([share, span], ['Bad navigation: 1.2 %', '29 Nov 06:00 to 30 Nov 06:00 UTC']);
  assert.equal(redIn([{ properties: { share: 0.1 } }, { properties: { share: 0.09 } }]), 1);
});

test('towns of one name are told apart by country and state', () => {
  assert.equal(whereabouts('US-IL', [-89.644, 39.802]), 'IL, United States · 39.80, -89.64');
  assert.equal(whereabouts('AU', [145, -37.7]), 'Australia · -37.70, 145.00');
  assert.equal(whereabouts(undefined, [1, 2]), '2.00, 1.00', 'a basemap from before');
});
