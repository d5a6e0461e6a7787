// Plain geometry: what the map relies on at the edges of the world.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boundsOf,
  boxesMeet,
  distanceKm,
  latOf,
  lngOf,
  mercatorVelocityInto,
  mercatorX,
  mercatorY,
  positionsOf,
  typicalBounds,
} from '../../../web/js/geo.js';

const near = (a, b, by = 1e-6) => assert.ok(Math.abs(a - b) < by, `${a} is not ${b}`);

test('mercator goes there and back', () => {
  for (const [lng, lat] of [
    [0, 0],
    [179.9, 84],
    [-120, -60],
  ]) {
    near(lngOf(mercatorX(lng)), lng);
    near(latOf(mercatorY(lat)), lat);
  }
});

test('360 kt east at the equator is 6 minutes of longitude a minute', () => {
  const out = [9, 9];
  mercatorVelocityInto(out, 0, 0, 360, 90);
  const [vx, vy] = out;
  near(vx * 360 * 60, 0.1, 1e-3);
  near(vy, 0);
});

test('a degree of latitude is 111 km', () => near(distanceKm([5, 50], [5, 51]), 111.2, 0.1));

test('a shape across the antimeridian has a small box', () => {
  assert.deepEqual(
    boundsOf([
      [179, 10],
      [-179, 12],
    ]),
    [179, 10, 181, 12],
  );
});

test('boxes meet across the antimeridian', () => {
  assert.ok(boxesMeet([179, 0, 181, 5], [-180, 1, -170, 2]));
  assert.ok(!boxesMeet([0, 0, 1, 1], [2, 0, 3, 1]));
  assert.ok(!boxesMeet([0, 0, 1, 1], [0, 2, 1, 3]));
});

test('positions of any geometry lie flat', () => {
  const ring = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 0],
  ];
  assert.equal(positionsOf({ type: 'Point', coordinates: [1, 2] }).length, 1);
  assert.equal(positionsOf({ type: 'MultiPolygon', coordinates: [[ring], [ring]] }).length, 8);
  assert.equal(
    positionsOf({ type: 'GeometryCollection', geometries: [{ type: 'LineString', coordinates: ring }] }).length,
    4,
  );
  assert.deepEqual(positionsOf(null), []);
  assert.deepEqual(positionsOf({ type: 'Nonsense' }), []);
});

test('one stray does not decide the view', () => {
  const crowd = Array.from({ length: 99 }, (_, i) => [10 + i / 100, 50]);
  const box = typicalBounds([...crowd, [-150, -40]]);
  assert.ok(box[0] >= 10 && box[2] < 11);
});
