// The fleet: columns in, points that move out; and how seldom a frame is needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Words } from '../../../web/js/arrow.js';
import { idOf, keyOf } from '../../../web/js/craft.js';
import { Fleet, STRIDE } from '../../../web/js/fleet.js';
import { BLOCK } from '../../../web/js/fleet_marks.js';
import { mercatorX, mercatorY, nearestOf } from '../../../web/js/geo.js';
import { frameGap } from '../../../web/js/motion.js';
import { outline, SHAPE, shapeByType } from '../../../web/js/silhouettes.js';

const T = Date.UTC(2026, 10, 20, 12);
const row = (icao24, lat, lon, speed = 360, more = {}) => ({ icao24, sub: 0, lat, lon, track: 90, baro_altitude: 30_000, ground_speed: speed, vertical_rate: 0, on_ground: 0, callsign: 'TEST1', squawk: '1000', type_code: '', ...more });
const WIDTHS = { callsign: 8, squawk: 4, type_code: 4 };

// Rows as a table of columns, as arrow.js gives them.
function table(rows, time = T) {
  const columns = { position_time: Float64Array.from(rows, () => time) };
  for (const name of Object.keys(rows[0])) {
    const width = WIDTHS[name];
    if (!width) columns[name] = Float64Array.from(rows, (one) => one[name]);
    else columns[name] = new Words(new TextEncoder().encode(rows.map((one) => one[name].padEnd(width, '\0')).join('')), width);
  }
  return { size: rows.length, columns, meta: {} };
}

function world(options = {}) {
  const time = { now: T, wall: 0 };
  const fleet = new Fleet({ clock: { now: () => time.now }, wall: () => time.wall, ...options });
  const tell = (rows, at = T, whole = false) => fleet.apply([table(rows, at)], { time: at, whole });
  return { time, fleet, tell };
}

test('an aircraft moves on by its speed', () => {
  const { fleet, tell, time } = world();
  tell([row(0xabc123, 0, 10)]);
  time.now = T + 60_000;
  const [lng, lat] = fleet.where('abc123');
  assert.ok(Math.abs(lng - 10.1) < 0.001 && Math.abs(lat) < 1e-3, `${lng} ${lat}`);
});

test('a correction is eased in, not jumped', () => {
  const { fleet, tell, time } = world();
  tell([row(0xabc123, 0, 10)]);
  [time.now, time.wall] = [T + 1000, 1];
  tell([row(0xabc123, 0.01, 10)], T + 1000);
  assert.ok(fleet.where('abc123')[1] < 0.001);
  time.wall = 5;
  assert.ok(Math.abs(fleet.where('abc123')[1] - 0.01) < 1e-3);
});

test('who wants less motion sees the correction at once', () => {
  const { fleet, tell, time } = world({ smooth: () => false });
  tell([row(0xabc123, 0, 10)]);
  [time.now, time.wall] = [T + 1000, 1];
  tell([row(0xabc123, 0.01, 10)], T + 1000);
  assert.ok(Math.abs(fleet.where('abc123')[1] - 0.01) < 1e-3);
});

test('who is no longer heard goes, and the others keep their rows', () => {
  const { fleet, tell, time } = world();
  tell([row(0xaaaaaa, 0, 1), row(0xbbbbbb, 0, 2, 360, { type_code: 'EC35' })]);
  const [gone, kept] = fleet.all();
  time.now = T + 400_000;
  tell([row(0xbbbbbb, 0, 3, 360, { type_code: 'EC35' })], T + 400_000);
  assert.equal(fleet.size, 1);
  assert.equal(fleet.get('aaaaaa'), undefined);
  assert.deepEqual([gone.callsign, gone.lat], ['', undefined]);
  assert.equal(fleet.get('bbbbbb'), kept);
  assert.deepEqual([kept.callsign, kept.squawk, kept.type_code, kept.lon], ['TEST1', '1000', 'EC35', 3]);
  assert.equal(fleet.room()[10], SHAPE.helicopter);
});

test('of the whole sky, who is not in it is not there', () => {
  const { fleet, tell } = world();
  tell([row(1, 0, 1), row(2, 0, 2), row(3, 0, 3)]);
  tell([row(2, 0, 2)], T, true);
  assert.deepEqual(fleet.all().map((one) => one.id), ['000002']);
  fleet.apply([], { whole: true });
  assert.equal(fleet.size, 0);
});

test('a tick without a column leaves what was known', () => {
  const { fleet, tell } = world();
  tell([row(7, 50, 1, 360, { type_code: 'A320' })]);
  const { icao24, sub, lat, lon } = row(7, 51, 1);
  tell([{ icao24, sub, lat, lon }]);
  const one = fleet.get('000007');
  assert.deepEqual([one.type_code, one.callsign, one.lat, one.ground_speed], ['A320', 'TEST1', 51, 360]);
});

test('what lasts is read from the sky that told it', () => {
  const { fleet } = world();
  const sky = table([row(7, 50, 1)]);
  sky.columns.registration = new Words(new TextEncoder().encode('G-ABCD'.padEnd(10, '\0')), 10);
  sky.columns.nic = Float32Array.of(8);
  fleet.apply([sky], { time: T });
  fleet.apply([table([row(7, 51, 1)])], { time: T });
  assert.deepEqual([fleet.get('000007').registration, fleet.get('000007').nic], ['G-ABCD', 8]);
});

test('ids are texts and numbers of the same thing', () => {
  for (const [id, key] of [['4ca7b5', 0x4ca7b5], ['~4ca7b5', 2 ** 24 + 0x4ca7b5], ['x0000000005', 2 ** 48 + 5]]) {
    assert.equal(keyOf(id), key);
    assert.equal(idOf(key), id);
  }
  assert.equal(idOf(0x4ca7b5, 2), '4ca7b5/2');
  assert.equal(keyOf('4ca7b5/2'), `${0x4ca7b5}/2`);
});

test('an intruder under the same address is an aircraft of its own', () => {
  const { fleet, tell } = world();
  tell([row(7, 50, 1), row(7, 51, 1, 360, { sub: 1 })]);
  assert.deepEqual([fleet.get('000007').lat, fleet.get('000007/1').lat], [50, 51]);
});

test('nearest is the nearest within reach', () => {
  const { fleet, tell } = world();
  tell([row(0xaaaaaa, 50, 1, 0), row(0xbbbbbb, 50, 2, 0)]);
  const at = (lng, lat) => nearestOf(fleet, mercatorX(lng), mercatorY(lat), 0.5 / 360)?.id;
  assert.equal(at(1.1, 50), 'aaaaaa');
  assert.equal(at(361.9, 50), 'bbbbbb');
  assert.equal(at(5, 50), undefined);
});

test('rows without a place are left out', () => {
  const { fleet, tell } = world();
  tell([row(1, NaN, 1), row(2, 1, NaN), row(3, 1, 1)]);
  assert.equal(fleet.size, 1);
});

test('only the blocks that changed are drawn anew', () => {
  const { fleet, tell } = world();
  const sky = Array.from({ length: 5 * BLOCK }, (_, i) => row(i + 1, 0, i / 10));
  tell(sky);
  const runs = (version) => {
    const found = [];
    fleet.eachChange(version, (start, length) => found.push([start / STRIDE / BLOCK, length / STRIDE / BLOCK]));
    return found;
  };
  assert.deepEqual(runs(0), [[0, 5]]);
  const before = fleet.version;
  tell([sky[0], sky[BLOCK], sky[4 * BLOCK]]);
  assert.deepEqual(runs(before), [[0, 2], [4, 1]]);
  assert.deepEqual(runs(fleet.version), []);
  const then = fleet.version;
  fleet.emphasise(fleet.all()[BLOCK * 2].id);
  assert.deepEqual(runs(then), [[2, 1]]);
});

test('a tick of ten thousand aircraft costs little, and makes nothing for each', () => {
  const { fleet, tell } = world();
  const sky = (k) => table(Array.from({ length: 10_000 }, (_, i) => row(i + 1, ((i * 7) % 120) - 60, (i % 360) - 180 + k / 1e3)), T + k * 1000);
  tell([row(1, 0, 0)]);
  const ticks = Array.from({ length: 12 }, (_, k) => sky(k));
  const objects = () => fleet.all().slice();
  ticks.slice(0, 4).forEach((one) => fleet.apply([one], { time: T }));
  const before = objects();
  const began = process.cpuUsage();
  ticks.slice(4).forEach((one) => fleet.apply([one], { time: T }));
  const each = process.cpuUsage(began).user / 1000 / 8;
  assert.ok(objects().every((one, i) => one === before[i]));
  assert.ok(each < 50, `${each} ms`); // 4 ms once it is warm
});

test('far out, frames are rare; close up they are many', () => {
  assert.ok(frameGap(2, 40, 300) >= 4000);
  assert.ok(frameGap(12, 40, 300) < 70);
});

test('outlines follow the type', () => {
  const shape = (type, onGround = false) => outline(shapeByType(type), onGround, 10, 450, 30_000);
  assert.equal(shape('A320'), SHAPE.jet);
  assert.equal(shape('EC35'), SHAPE.helicopter);
  assert.equal(shape('C172'), SHAPE.light);
  assert.equal(shape('ASK21'), SHAPE.glider);
  assert.equal(shape(''), SHAPE.jet);
  assert.equal(outline(-1, false, 10, 90, 3000), SHAPE.light);
  assert.equal(shape('', true), SHAPE.dot);
});
