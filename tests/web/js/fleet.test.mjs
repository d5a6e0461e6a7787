// The fleet: columns in, points that move out; and how seldom a frame is needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet, STRIDE } from '../../../web/js/fleet.js';
import { mercatorX, mercatorY } from '../../../web/js/geo.js';
import { frameGap } from '../../../web/js/motion.js';
import { SHAPE, shapeOf } from '../../../web/js/silhouettes.js';

const T = Date.UTC(2026, 10, 20, 12);
const COLUMNS = ['icao24', 'lat', 'lon', 'track', 'baro_altitude', 'ground_speed', 'callsign', 'on_ground'];
const row = (id, lat, lon, speed = 360) => [id, lat, lon, 90, 30_000, speed, 'TEST1', 0];

function world() {
  const time = { now: T, wall: 0 };
  const fleet = new Fleet({ clock: { now: () => time.now }, wall: () => time.wall });
  return { time, fleet };
}

test('an aircraft moves on by its speed', () => {
  const { fleet, time } = world();
  fleet.applyColumns({ time: T, columns: COLUMNS, rows: [row('abc123', 0, 10)] });
  time.now = T + 60_000;
  const [lng, lat] = fleet.where('abc123');
  assert.ok(Math.abs(lng - 10.1) < 0.001 && Math.abs(lat) < 1e-3, `${lng} ${lat}`);
});

test('a correction is eased in, not jumped', () => {
  const { fleet, time } = world();
  fleet.applyColumns({ time: T, columns: COLUMNS, rows: [row('abc123', 0, 10)] });
  time.now = T + 1000;
  time.wall = 1;
  fleet.applyColumns({ time: T + 1000, columns: COLUMNS, rows: [row('abc123', 0.01, 10)] });
  assert.ok(fleet.where('abc123')[1] < 0.001);
  time.wall = 5;
  assert.ok(Math.abs(fleet.where('abc123')[1] - 0.01) < 1e-3);
});

test('who is no longer heard goes, and the others keep their rows', () => {
  const { fleet, time } = world();
  fleet.applyColumns({ time: T, columns: COLUMNS, rows: [row('aaaaaa', 0, 1), row('bbbbbb', 0, 2)] });
  time.now = T + 400_000;
  fleet.applyColumns({ time: T + 400_000, columns: COLUMNS, rows: [row('bbbbbb', 0, 3)] });
  assert.equal(fleet.size, 1);
  assert.equal(fleet.get('aaaaaa'), undefined);
  assert.equal(fleet.get('bbbbbb').callsign, 'TEST1');
  assert.equal(fleet.rows().length, STRIDE);
});

test('nearest is the nearest within reach', () => {
  const { fleet } = world();
  fleet.applyColumns({ time: T, columns: COLUMNS, rows: [row('aaaaaa', 50, 1, 0), row('bbbbbb', 50, 2, 0)] });
  const at = (lng, lat) => fleet.nearest(mercatorX(lng), mercatorY(lat), 0.5 / 360)?.id;
  assert.equal(at(1.1, 50), 'aaaaaa');
  assert.equal(at(361.9, 50), 'bbbbbb');
  assert.equal(at(5, 50), undefined);
});

test('rows without a place or with the wrong types are left out', () => {
  const { fleet } = world();
  fleet.applyColumns({
    time: T,
    columns: COLUMNS,
    rows: [['x', null, 1], ['y', 'a', 'b'], [null, 1, 1], row('ok', 1, 1)],
  });
  assert.equal(fleet.size, 1);
});

test('ten thousand aircraft are taken in well under a frame', () => {
  const { fleet } = world();
  const rows = Array.from({ length: 10_000 }, (_, i) => row(`a${i}`, (i % 120) - 60, (i % 360) - 180));
  fleet.applyColumns({ time: T, columns: COLUMNS, rows });
  const before = process.cpuUsage();
  fleet.applyColumns({ time: T + 1000, columns: COLUMNS, rows });
  const took = process.cpuUsage(before).user / 1000;
  assert.ok(took < 100, `${took} ms`); // 8 ms once it is warm
});

test('far out, frames are rare; close up they are many', () => {
  assert.ok(frameGap(2, 40, 300) >= 4000);
  assert.ok(frameGap(12, 40, 300) < 70);
});

test('outlines follow the type', () => {
  const flying = { baro_altitude: 30_000, ground_speed: 450, on_ground: false, track: 10 };
  const shape = (type_code, more = {}) => shapeOf({ ...flying, type_code, ...more });
  assert.equal(shape('A320'), SHAPE.jet);
  assert.equal(shape('EC35'), SHAPE.helicopter);
  assert.equal(shape('C172'), SHAPE.light);
  assert.equal(shape('ASK21'), SHAPE.glider);
  assert.equal(shape('', { on_ground: true }), SHAPE.dot);
});
