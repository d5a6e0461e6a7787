// Rings of distance and the line around what was heard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceNmi } from '../../../web/js/geo.js';
import { bearingOf, placeAt, rangeFeatures, ringFeatures, ringsFor } from '../../../web/js/range_rings.js';

const HOME = [8.55, 47.45];

test('a place at a bearing and a distance is there', () => {
  for (const bearing of [0, 45, 181, 359]) {
    const at = placeAt(HOME, bearing, 150);
    assert.ok(Math.abs(distanceNmi(HOME, at) - 150) < 0.01);
    assert.ok(Math.abs(bearingOf(HOME, at) - bearing) < 0.01, `${bearing}`);
  }
});

test('rings are as far apart as the screen needs, in the unit of the reader, and within what can be heard', () => {
  assert.deepEqual(ringsFor({ per: 1, px: 1.2 }), [50, 100, 150, 200, 250]);
  assert.deepEqual(ringsFor({ per: 1.852, px: 6 }), [10, 20, 30, 40, 50]);
  assert.deepEqual(ringsFor({ per: 1, px: 0.01 }), [200, 400]);
});

test('a ring is one closed line, also across the antimeridian, with its label at the top', () => {
  const [ring, label] = ringFeatures([{ name: 'x', at: [179.9, -40] }], [100], { per: 1, label: (d) => `${d} nmi` });
  const { coordinates } = ring.geometry;
  assert.deepEqual(coordinates[0], coordinates.at(-1));
  assert.ok(coordinates.every(([lng], i) => !i || Math.abs(lng - coordinates[i - 1][0]) < 1));
  assert.equal(label.properties.text, '100 nmi');
  assert.ok(label.geometry.coordinates[1] > -40);
});

const box = (west, south, east, north) => [[[west, south], [east, south], [east, north], [west, north], [west, south]]]; // prettier-ignore

// As the service cuts it: what meets the antimeridian comes in two parts.
function cell([lng, lat]) {
  const [west, east, south, north] = [lng - 0.1, lng + 0.1, lat - 0.1, lat + 0.1];
  if (east < 180) return { geometry: { type: 'Polygon', coordinates: box(west, south, east, north) } };
  if (west > 180) return { geometry: { type: 'Polygon', coordinates: box(west - 360, south, east - 360, north) } };
  return { geometry: { type: 'MultiPolygon', coordinates: [box(west, south, 180, north), box(-180, south, east - 360, north)] } };
}

test('what was heard on both sides of the antimeridian, and on it, is heard', () => {
  const home = [179.5, 0];
  const cells = Array.from({ length: 72 }, (_, i) => cell(placeAt(home, i * 5 + 2.5, 60 + i)));
  cells.push(cell([180.03, 0.5]));
  const [range] = rangeFeatures([{ at: home }], cells);
  const away = range.geometry.coordinates[0].slice(0, -1).map((at) => distanceNmi(home, at));
  assert.ok(away.every((nmi, i) => Math.abs(nmi - 60 - i) < 1), away.map(Math.round).join()); // prettier-ignore
});

test('the outline is as far as was heard in each direction, for the nearest receiver', () => {
  const other = [20, 47.45];
  const cells = Array.from({ length: 72 }, (_, i) => cell(placeAt(HOME, i * 5 + 2.5, 60 + i)));
  const [range, ...rest] = rangeFeatures([{ at: HOME }, { at: other }], cells);
  assert.equal(rest.length, 0);
  const away = range.geometry.coordinates[0].slice(0, -1).map((at) => distanceNmi(HOME, at));
  assert.ok(away.every((nmi, i) => Math.abs(nmi - 60 - i) < 1), away.map(Math.round).join()); // prettier-ignore
});

test('few directions make no outline', () => {
  assert.deepEqual(rangeFeatures([{ at: HOME }], [cell(placeAt(HOME, 10, 100))]), []);
  assert.deepEqual(rangeFeatures([], []), []);
});
