// Areas: across the antimeridian, through the address and back, refused where they make no sense; and what imports hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AreaError, formatArea, makeArea, MOST_POINTS, parseArea } from '../../../web/js/area.js';
import { readArea } from '../../../web/js/area_import.js';
import { bucketsFor, countByClass, DAY_MS, exportLinks } from '../../../web/js/area_query.js';
import { boxOf, contains, geometryOf, outlineOf, wktOf } from '../../../web/js/area_shape.js';
import { checkHoles, withHoles } from '../../../web/js/draw_holes.js';
import { areaOf } from '../../../web/js/draw_tool.js';
import { distanceKm } from '../../../web/js/geo.js';

const refuses = (fn, words) => assert.throws(fn, (error) => error instanceof AreaError && words.test(error.message));
const ring = (...points) => [[...points, points[0]]];

test('a polygon over the antimeridian is narrow, and asked for in two parts', () => {
  const area = makeArea({ kind: 'polygon', parts: [ring([170, 0], [-170, 0], [-170, 10], [170, 10])] });
  assert.deepEqual(boxOf(area), [170, 0, 190, 10]);
  const { type, coordinates } = geometryOf(area);
  assert.equal(type, 'MultiPolygon');
  const lngs = coordinates.map(([outer]) => [Math.min(...outer.map((p) => p[0])), Math.max(...outer.map((p) => p[0]))]);
  assert.deepEqual(lngs.sort((a, b) => a[0] - b[0]), [[-180, -170], [170, 180]]); // prettier-ignore
  assert.ok(contains(outlineOf(area), [-175, 5]) && contains(outlineOf(area), [175, 5]));
  assert.ok(!contains(outlineOf(area), [0, 5]));
});

test('every corner of a circle is as far away as its radius says, at any latitude', () => {
  for (const lat of [-70, 0, 51.5, 75]) {
    const centre = [179.5, lat];
    for (const point of outlineOf(makeArea({ kind: 'circle', points: [centre], size: 400 }))[0][0])
      assert.ok(Math.abs(distanceKm(centre, point) - 400) < 0.5);
  }
});

test('a corridor holds what is near its line and nothing else, around its corners too', () => {
  const line = [[0, 50], [10, 50], [10, 55], [20, 55]]; // prettier-ignore
  const outline = outlineOf(makeArea({ kind: 'corridor', points: line, size: 100 }));
  const inside = (...point) => contains(outline, point);
  assert.ok(inside(5, 50.4) && inside(10.6, 52) && inside(10, 55.2) && inside(-0.5, 50) && inside(20.4, 55));
  assert.ok(!inside(5, 50.6) && !inside(11, 52) && !inside(9, 54) && !inside(-1, 50) && !inside(21, 55));
});

test('the address brings every kind of area back', () => {
  const areas = [
    makeArea({ kind: 'circle', points: [[-0.46, 51.47]], size: 50 }),
    makeArea({ kind: 'rectangle', points: [[175, -20], [190, -10]] }), // prettier-ignore
    makeArea({ kind: 'corridor', points: [[0, 50], [10.25, -50]], size: 12.5 }), // prettier-ignore
    makeArea({ kind: 'polygon', parts: [[[[0, 0], [9, 0], [9, 9], [0, 9]], [[3, 3], [6, 3], [6, 6]]], [[[20, 0], [29, 0], [29, 9]]]] }), // prettier-ignore
  ];
  for (const area of areas) assert.deepEqual(parseArea(formatArea(area)), area);
});

test('broken and hostile addresses are no area', () => {
  const bad = [undefined, '', 'circle:', 'circle:91,0;5', 'circle:1,2;-5', 'circle:1,2;1e9', 'circle:1,2', 'polygon:1,2;3,4', 'corridor:1,2;5', 'heart:1,2;3', 'rectangle:1,1;1,1', `polygon:${'1,2;'.repeat(999)}1,2`, 'circle:1,2;5<script>', 'circle:,;5']; // prettier-ignore
  for (const text of bad) assert.equal(parseArea(text), null, text);
});

test('what cannot be an area is refused in words', () => {
  refuses(() => makeArea({ kind: 'circle', points: [[0, 80]], size: 900 }), /pole/);
  refuses(() => makeArea({ kind: 'polygon', parts: [[[[0, 51], [1, 95], [2, 51]]]] }), /Longitude comes first/); // prettier-ignore
  refuses(() => makeArea({ kind: 'corridor', points: [[0, 0]], size: 5 }), /two points/);
});

test('GeoJSON: polygons in collections, lines as corridors, points as circles', () => {
  const polygon = { type: 'Polygon', coordinates: ring([0, 0], [9, 0], [9, 9]) };
  const feature = { type: 'Feature', properties: { name: 'Bay' }, geometry: polygon };
  const { area } = readArea(JSON.stringify({ type: 'FeatureCollection', features: [feature, feature] }));
  assert.equal(area.name, 'Bay');
  assert.equal(area.parts.length, 2);
  assert.equal(readArea('{"type":"LineString","coordinates":[[1,2,900],[3,4,900]]}').area.kind, 'corridor');
  assert.match(readArea('{"type":"Point","coordinates":[1,2]}').note, /within 20 km/);
});

const OUTER = [[0, 0], [9, 0], [9, 9], [0, 9]]; // prettier-ignore
const HOLE = [[3, 3], [6, 3], [6, 6]]; // prettier-ignore

test('an imported hole is kept: it is neither inside nor asked for', () => {
  const { area } = readArea(JSON.stringify({ type: 'Polygon', coordinates: [...ring(...OUTER), ...ring(...HOLE)] }));
  assert.equal(area.parts[0].length, 2);
  assert.ok(contains(outlineOf(area), [1, 1]) && !contains(outlineOf(area), [5.5, 4]));
  assert.equal(wktOf(geometryOf(area)).match(/\(/g).length, 3, 'the rings of the question');
});

test('a hole stays where a corner moves, goes along with the whole, and may not reach beyond the edge', () => {
  const near = (a, b) => a.flat().every((x, i) => Math.abs(x - b.flat()[i]) < 1e-6);
  assert.deepEqual(withHoles([[-1, 0], ...OUTER.slice(1)], [OUTER, HOLE])[1], HOLE);
  const east = (points) => points.map(([lng, lat]) => [lng + 20, lat]);
  assert.ok(near(withHoles(east(OUTER), [OUTER, HOLE])[1], east(HOLE)));
  checkHoles([[OUTER, HOLE]]);
  refuses(() => checkHoles([[OUTER.map(([lng, lat]) => [lng / 2, lat]), HOLE]]), /beyond the edge/);
});

test('a coast of thousands of points is made simpler, and says so', () => {
  const coast = Array.from({ length: 9000 }, (_, i) => [5 * Math.cos(i / 1433) + Math.sin(i) / 500, 5 * Math.sin(i / 1433)]);
  const { area, note } = readArea(JSON.stringify({ type: 'Polygon', coordinates: [[...coast, coast[0]]] }));
  assert.ok(area.parts.flat(2).length <= MOST_POINTS && area.parts.flat(2).length > 20);
  assert.match(note, /of 9,001 points/);
  assert.ok(contains(outlineOf(area), [0, 0]) && !contains(outlineOf(area), [5.2, 0]));
});

test('hostile files end in a sentence, never in anything else', () => {
  const deep = `${'{"type":"GeometryCollection","geometries":['.repeat(50)}${']}'.repeat(50)}`;
  const says = [
    ['', /nothing/], ['{', /neither GeoJSON nor KML/], ['42', /not GeoJSON/], ['null', /not GeoJSON/], [deep, /nested/],
    ['{"type":"Topology"}', /not a kind/], ['{"type":"toString"}', /not a kind/], ['PK\u0003\u0004', /unpack/], ['x'.repeat(2e6 + 1), /larger/],
    ['{"type":"Polygon","coordinates":5}', /list/], ['{"type":"Polygon","coordinates":[[1,2],[3,4]]}', /number|list/],
    ['{"type":"Polygon","coordinates":[[["a",1],[2,3],[4,5]]]}', /two numbers/], ['{"type":"FeatureCollection"}', /list/],
    ['{"type":"Point","coordinates":[500000,4649776],"crs":{"properties":{"name":"EPSG:32633"}}}', /32633/],
    ['{"type":"FeatureCollection","features":[]}', /no polygon/], ['<!DOCTYPE kml [<!ENTITY a "b">]><kml/>', /DOCTYPE/],
  ]; // prettier-ignore
  for (const [text, words] of says) refuses(() => readArea(text), words);
});

test('days are whole days, hours whole hours, and every anomaly is in one of them', () => {
  const start = Date.UTC(2026, 10, 14, 15);
  const span = [start, start + 7 * DAY_MS];
  assert.deepEqual(bucketsFor(span), { step: DAY_MS, first: Date.UTC(2026, 10, 14), n: 8 });
  const at = (cls, days) => ({ cls, start: start + days * DAY_MS });
  const rows = countByClass([at('b', -3), at('a', 0), at('a', 6.99), at('a', 1)], span);
  assert.deepEqual(rows.map(({ id, total }) => [id, total]), [['a', 3], ['b', 1]]); // prettier-ignore
  assert.deepEqual(rows[0].counts, [1, 1, 0, 0, 0, 0, 0, 1]);
  assert.equal(rows[1].counts[0], 1);
});

test('exports ask the public collection for exactly the area and time', () => {
  const area = makeArea({ kind: 'rectangle', points: [[1, 2], [3, 4]] }); // prettier-ignore
  const links = exportLinks(area, [0, DAY_MS], 'Bay of X/Y');
  assert.deepEqual(links.map(([label]) => label), ['GeoJSON', 'CSV', 'KML', 'GeoPackage']); // prettier-ignore
  const { pathname, searchParams } = new URL(links[3][1], 'http://here');
  assert.equal(pathname, '/collections/anomalies/export');
  assert.equal(searchParams.get('filter'), `S_INTERSECTS(geometry,${wktOf(geometryOf(area))})`);
  assert.equal(searchParams.get('datetime'), '1970-01-01T00:00:00Z/1970-01-02T00:00:00Z');
  assert.equal(links[3][2], 'skysift-bay-of-x-y.gpkg');
});

test('what terra-draw hands back becomes the exact shape', () => {
  const circle = makeArea({ kind: 'circle', points: [[25, 60]], size: 120 });
  const again = areaOf('circle', outlineOf(circle)[0][0], 0);
  assert.ok(Math.abs(again.size - 120) < 0.01 && Math.abs(again.points[0][1] - 60) < 1e-6);
  assert.deepEqual(areaOf('rectangle', [[1, 2], [3, 2], [3, 4], [1, 4]], 0).points, [[1, 2], [3, 4]]); // prettier-ignore
});

test('a name is cut between characters, never within one', () => {
  const { name } = makeArea({ kind: 'circle', points: [[0, 0]], size: 5, name: `${'x'.repeat(59)}\u{1F681}\u{1F681}` }); // prettier-ignore
  assert.equal([...name].length, 60);
  assert.doesNotThrow(() => encodeURIComponent(name));
});
