// Markers as numbers, where they lie, and which stretches of time are still to be asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingOf, readAnomaly } from '../../../web/js/anomalies.js';
import { glows, largestArea, layersOf, MARKER_OPACITY } from '../../../web/js/anomaly_style.js';
import { mercatorX, mercatorY } from '../../../web/js/geo.js';
import { Markers, markerScale, STRIDE } from '../../../web/js/markers.js';

const SQUARE = (side) => ({ type: 'Polygon', coordinates: [[[0, 0], [side, 0], [side, side], [0, side], [0, 0]]] }); // prettier-ignore
const POINT = (lng, lat) => ({ type: 'Point', coordinates: [lng, lat] });

function one(id, geometry, more = {}) {
  const properties = { class: 'made-up', state: 'open', priority: 'high', start: '2026-11-20T12:00:00Z', end: '2026-11-20T12:05:00Z' };
  return readAnomaly({ type: 'Feature', id, geometry, properties: { ...properties, ...more } });
}

function marked(...list) {
  const markers = new Markers();
  markers.set(list, () => 3);
  return markers;
}

const around = (markers, lng, lat, reach, zoom = 3) =>
  markers.around(mercatorX(lng), mercatorY(lat), reach, zoom).map(({ id }) => id);

test('what matters most lies on top', () => {
  const markers = marked(one('a', POINT(0, 0), { priority: 'critical' }), one('b', POINT(0, 0), { priority: 'low' }), one('c', POINT(0, 0)));
  assert.deepEqual(markers.list.map(({ id }) => id), ['b', 'c', 'a']);
});

test('a row says where, which drawing, how large the area and how faint', () => {
  const { rows } = marked(one('a', SQUARE(4), { state: 'closed' }), one('b', POINT(90, 0), { state: 'cleared' }));
  assert.deepEqual([...rows.slice(2, STRIDE)], [3, 4, Math.fround(MARKER_OPACITY[1])]);
  assert.deepEqual([...rows.slice(STRIDE)], [0.75, 0.5, 3, 0, Math.fround(MARKER_OPACITY[2])]);
});

test('markers are found around a place, across the antimeridian too', () => {
  const markers = marked(one('east', POINT(179.9, 0)), one('west', POINT(-179.9, 0)), one('far', POINT(0, 0)));
  assert.deepEqual(around(markers, 180, 0, 0.001), ['east', 'west']);
  assert.deepEqual(around(markers, 180, 5, 0.001), []);
});

test('the marker of an area that is plain to see is neither drawn nor found', () => {
  const markers = marked(one('wide', SQUARE(4)));
  assert.deepEqual(around(markers, 2, 2, 0.01, 4.9), ['wide']);
  assert.deepEqual(around(markers, 2, 2, 0.01, 6), []);
});

test('sizes go along with the zoom, by the same steps as the map has them', () => {
  assert.deepEqual([0, 1, 2.5, 4, 7, 14].map(markerScale), [0.6, 0.6, 0.69, 0.78, 1, 1]);
  assert.deepEqual([0, 1.9, 2, 2.9, 9.5, 14].map(largestArea), [400, 400, 40, 40, 0.3, 0.15]);
});

test('what glows is what the filter of the glow lets through', () => {
  assert.deepEqual(['open', 'closed', 'cleared'].map((state) => glows(one('a', POINT(0, 0), { state }))), [true, false, false]);
  assert.equal(glows(one('a', POINT(0, 0), { priority: 'medium' })), false);
});

test('the map itself keeps apart the markers of cells only', () => {
  const symbols = layersOf('#fff').filter(([{ type }]) => type === 'symbol');
  assert.deepEqual(symbols.map(([{ id }]) => id), ['anomaly/cell']);
});

test('only what is missing is asked for', () => {
  assert.deepEqual(missingOf([10, 20], null), [[10, 20]]);
  assert.deepEqual(missingOf([10, 20], [5, 30]), []);
  assert.deepEqual(missingOf([10, 20], [15, 30]), [[10, 15]]);
  assert.deepEqual(missingOf([10, 20], [12, 18]), [[10, 12], [18, 20]]); // prettier-ignore
  assert.deepEqual(missingOf([10, 20], [30, 40]), [[10, 20]]);
});
