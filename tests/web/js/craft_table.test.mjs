// The table of aircraft: what its columns say, in which order rows stand, and which of them exist.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf } from '../../../web/js/craft.js';
import { whyEmpty } from '../../../web/js/craft_empty.js';
import { column, columnsOf, NAMES, nearestNmi, ordered, pressed, rowsInView, sortOf } from '../../../web/js/craft_columns.js';
import { distanceNmi } from '../../../web/js/geo.js';
import { read } from '../../../web/js/receivers.js';
import { TRAFFIC } from '../../../web/js/texts/traffic_en.js';
import { inUnit } from '../../../web/js/units.js';

const known = { now: 100_000, odd: new Map([[keyOf('00000b'), 2]]), receivers: [[10, 50]] };
const craft = (id, more = {}) => ({ id, key: keyOf(id), callsign: '', registration: '', type_code: '', squawk: '', lon: 10, lat: 50, time: 97_000, ...more });
const ids = (list, sort) => ordered(list, sort, known).map(({ id }) => id);

test('rows stand in order, what is missing comes last either way, equals by address', () => {
  const list = [craft('00000c', { ground_speed: 300 }), craft('00000b'), craft('00000a', { ground_speed: 300 }), craft('00000d', { ground_speed: 90 })];
  assert.deepEqual(ids(list, 'speed'), ['00000d', '00000a', '00000c', '00000b']);
  assert.deepEqual(ids(list, '-speed'), ['00000a', '00000c', '00000d', '00000b']);
  assert.deepEqual(ids(list, '-anomalies')[0], '00000b');
  assert.deepEqual(ids([craft('00000b', { callsign: 'B' }), craft('00000a'), craft('00000c', { callsign: 'A' })], 'callsign'), ['00000c', '00000b', '00000a']);
});

test('the ground is below every altitude', () => {
  const list = [craft('00000a', { baro_altitude: -50 }), craft('00000b', { on_ground: true, baro_altitude: NaN })];
  assert.deepEqual(ids(list, 'altitude'), ['00000b', '00000a']);
});

test('a head is pressed: upwards, downwards, and the most anomalies first', () => {
  assert.equal(pressed('callsign', 'speed'), 'speed');
  assert.equal(pressed('speed', 'speed'), '-speed');
  assert.equal(pressed('-speed', 'speed'), 'speed');
  assert.equal(pressed('speed', 'anomalies'), '-anomalies');
  assert.deepEqual(sortOf('nonsense'), { name: 'callsign', down: false });
});

test('every column has its words, and distance only where there is a receiver', () => {
  for (const name of NAMES) assert.ok(TRAFFIC.table.columns[name] && TRAFFIC.table.tips[name], name);
  assert.equal(columnsOf([]).some(({ name }) => name === 'distance'), false);
  assert.equal(columnsOf([[0, 0]]).some(({ name }) => name === 'distance'), true);
});

test('values are written as they are read', () => {
  const one = craft('00000b', { baro_altitude: 35_000, vertical_rate: 640, track: 7.4, rssi: -12.34, ground_speed: NaN });
  const said = (name) => column(name).text(column(name).value(one, known), one);
  assert.deepEqual(['altitude', 'rate', 'track', 'rssi', 'seen', 'anomalies', 'speed'].map(said), ['FL350', '+640 ft/min', '007°', '-12.3 dBFS', '3 s', '2', '']);
});

test('distances on the sphere, and to the nearest receiver', () => {
  assert.ok(Math.abs(distanceNmi([0, 0], [0, 1]) - 60.04) < 0.01);
  assert.ok(Math.abs(distanceNmi([179.5, 0], [-179.5, 0]) - 60.04) < 0.01);
  assert.ok(Number.isNaN(nearestNmi({ lon: 0, lat: 0 }, [])));
  assert.equal(nearestNmi({ lon: 10, lat: 50 }, [[0, 0], [10, 50]]), 0); // prettier-ignore
});

test('only rows that are seen exist, with some beyond', () => {
  assert.deepEqual(rowsInView({ top: 0, height: 280, row: 28, count: 10_000 }), [0, 16]);
  assert.deepEqual(rowsInView({ top: 2800, height: 280, row: 28, count: 10_000 }), [94, 116]);
  assert.deepEqual(rowsInView({ top: 99_999, height: 280, row: 28, count: 12 }), [12, 12]);
});

test('receivers that are placed, also those of no feed', () => {
  const receivers = [{ name: 'a', lat: 50, lon: 10 }, { name: null, lat: 52, lon: 5 }, { name: 'b', lat: null, lon: 1 }];
  assert.deepEqual(read({ receivers }), [{ name: 'a', at: [10, 50] }, { name: 'Receiver', at: [5, 52] }]);
  assert.deepEqual(read({}), []);
});

test('without a row the table says why: starting, unknown yet, silent, nobody, filtered, elsewhere', () => {
  const world = ({ waiting = false, known = true, silent = 0, live = true, version = 1, size = 0, shown = size } = {}) => ({
    clock: { known: () => known, silentFor: () => silent },
    fleet: { version, size, shown },
    session: { waiting },
    state: { get: () => ({ live }) },
  });
  assert.equal(whyEmpty(world({ waiting: true, known: false })).title, 'Waiting for the first aircraft');
  assert.equal(whyEmpty(world({ known: false })), null);
  assert.equal(whyEmpty(world({ version: 0 })), null);
  assert.equal(whyEmpty(world({ silent: 60_000 })).title, 'No aircraft received');
  assert.equal(whyEmpty(world({ live: false, silent: 60_000 })).text, TRAFFIC.table.nobodyThen);
  assert.deepEqual(whyEmpty(world({ size: 40, shown: 0 })).helps, ['unfilter']);
  assert.deepEqual(whyEmpty(world({ size: 40, shown: 7 })), { title: 'No aircraft in view', text: '7 aircraft are outside the map view.', helps: ['goThere', 'unfilter'] });
  assert.deepEqual(whyEmpty(world({ size: 1 })).helps, ['goThere']);
});

test('a number is written without a new formatter each time: a table writes hundreds at every scroll', (t) => {
  const slow = t.mock.method(Number.prototype, 'toLocaleString');
  const written = Array.from({ length: 50 }, (_, i) => inUnit(1000 + i, 'altitude'));
  assert.deepEqual([written[0], slow.mock.callCount()], ['1,000 ft', 0]);
});
