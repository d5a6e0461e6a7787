// The outline of an area, as rings to draw; and as what a query may hold: polygons that end at the antimeridian.
import { destination, EARTH_M, latOf, lngOf, mercatorX, mercatorY } from './geo.js';

const RAD = Math.PI / 180;
const CIRCLE = 64; // corners of a circle
const ARC = 20 * RAD; // step of a rounded corner
const STEP_DEG = 2; // an edge is a straight line on the map and, over degrees, another one in the database
const STEP_KM = 150; // a corridor is as wide in the north as in the south

// [[ring, hole, ...], ...]: closed rings whose longitudes run on over the antimeridian.
export function outlineOf(area) {
  const { kind, points, parts, size } = area;
  if (kind === 'polygon') return parts.map((rings) => rings.map(closed));
  if (kind === 'circle') return [[closed(circleRing(points[0], size))]];
  if (kind === 'corridor') return [[closed(corridorRing(points, size / 2))]];
  const [[west, south], [east, north]] = points;
  return [
    [
      closed([
        [west, south],
        [east, south],
        [east, north],
        [west, north],
      ]),
    ],
  ];
}

// As drawn: one MultiPolygon, longitudes beyond 180 where it lies there.
export const drawnGeometry = (area) => ({ type: 'MultiPolygon', coordinates: outlineOf(area) });

// As asked and exported: RFC 7946, cut at the antimeridian, edges as straight as they look on the map.
export function geometryOf(area) {
  const parts = outlineOf(area).map((rings) => rings.map((ring) => rounded(dense(ring))));
  const cut = parts.flatMap(cutAtAntimeridian);
  return cut.length === 1 ? { type: 'Polygon', coordinates: cut[0] } : { type: 'MultiPolygon', coordinates: cut };
}

// [west, south, east, north]; east may exceed 180.
export function boxOf(area) {
  const all = outlineOf(area).flat(2);
  const lngs = all.map((p) => p[0]);
  const lats = all.map((p) => p[1]);
  return [Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)];
}

export function wktOf({ type, coordinates }) {
  const ring = (points) => `(${points.map(([x, y]) => `${x} ${y}`).join(',')})`;
  const polygon = (rings) => `(${rings.map(ring).join(',')})`;
  return type === 'Polygon' ? `POLYGON${polygon(coordinates)}` : `MULTIPOLYGON(${coordinates.map(polygon).join(',')})`;
}

// Whether a point lies inside, whatever multiple of 360 degrees lies between them.
export function contains(outline, [lng, lat]) {
  return [-360, 0, 360].some((turn) =>
    outline.some(([ring, ...holes]) => {
      const at = [lng + turn, lat];
      return inRing(ring, at) && !holes.some((hole) => inRing(hole, at));
    }),
  );
}

function inRing(ring, [x, y]) {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const [[x1, y1], [x2, y2]] = [ring[i - 1], ring[i]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

const closed = (ring) => [...ring, ring[0]];
const rounded = (ring) => ring.map(([x, y]) => [Number(x.toFixed(4)), Number(y.toFixed(4))]);

function circleRing(centre, km) {
  return Array.from({ length: CIRCLE }, (_, i) => destination(centre, km, (-2 * Math.PI * i) / CIRCLE));
}

// All that lies within `km` of the line: down its right side, around the end, up its left side, around the start.
function corridorRing(points, km) {
  const line = along(points);
  const ways = line.slice(1).map((point, i) => bearing(line[i], point));
  const back = ways.map((way) => way + Math.PI).reverse();
  return [...side(line, ways, km), ...side([...line].reverse(), back, km)];
}

function side(line, ways, km) {
  const right = (i) => ways[i] + Math.PI / 2;
  const out = [destination(line[0], km, right(0))];
  for (let i = 1; i < line.length - 1; i++) out.push(...corner(line[i], right(i - 1), right(i), km));
  return [...out, ...arc(line.at(-1), right(ways.length - 1), -Math.PI, km)];
}

// Outside of a bend the corner is round; inside of it both sides meet in one point.
function corner(at, from, to, km) {
  const turn = Math.atan2(Math.sin(to - from), Math.cos(to - from));
  if (turn < -1e-6) return arc(at, from, turn, km);
  return [destination(at, Math.min(km / Math.cos(turn / 2), 2 * km), from + turn / 2)];
}

function arc(at, from, turn, km) {
  const n = Math.max(1, Math.ceil(Math.abs(turn) / ARC));
  return Array.from({ length: n + 1 }, (_, i) => destination(at, km, from + (turn * i) / n));
}

const flat = ([lng, lat]) => [mercatorX(lng), -mercatorY(lat)];

// Bearing of the line as the map draws it, radians clockwise from north.
function bearing(a, b) {
  const [[x1, y1], [x2, y2]] = [flat(a), flat(b)];
  return Math.atan2(x2 - x1, y2 - y1);
}

// Points between two, evenly along the line that the map draws.
function between(a, b, n) {
  const [[x1, y1], [x2, y2]] = [flat(a), flat(b)];
  return Array.from({ length: n - 1 }, (_, i) => {
    const f = (i + 1) / n;
    return [lngOf(x1 + (x2 - x1) * f), latOf(-(y1 + (y2 - y1) * f))];
  });
}

function along(points) {
  const km = (a, b) => Math.hypot((b[0] - a[0]) * Math.cos(((a[1] + b[1]) / 2) * RAD), b[1] - a[1]) * RAD * (EARTH_M / 1000);
  return points.flatMap((p, i) =>
    i ? [...between(points[i - 1], p, Math.ceil(km(points[i - 1], p) / STEP_KM) || 1), p] : [p],
  );
}

function dense(ring) {
  return ring.flatMap((p, i) => {
    const before = ring[i - 1];
    const slant = before && before[0] !== p[0] ? Math.abs(before[1] - p[1]) : 0;
    return slant > STEP_DEG ? [...between(before, p, Math.ceil(slant / STEP_DEG)), p] : [p];
  });
}

// One polygon in continuous longitudes -> one for each turn of the world that it touches, brought back to -180..180.
function cutAtAntimeridian(rings) {
  const lngs = rings[0].map((p) => p[0]);
  const [west, east] = [Math.min(...lngs), Math.max(...lngs)];
  if (west >= -180 && east <= 180) return [rings];
  return [-360, 0, 360].flatMap((turn) => {
    const kept = rings.map((ring) => clip(clip(ring, turn - 180, 1), turn + 180, -1)).filter((ring) => ring.length > 3);
    return kept.length ? [kept.map((ring) => ring.map(([x, y]) => [Number((x - turn).toFixed(4)), y]))] : [];
  });
}

// Sutherland and Hodgman, against one meridian: what lies east of it (side 1) or west (-1), as a closed ring.
function clip(ring, meridian, side_) {
  const inside = ([x]) => (x - meridian) * side_ >= 0;
  const out = [];
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [ring[i - 1], ring[i]];
    if (inside(a) !== inside(b))
      out.push([meridian, Number((a[1] + ((b[1] - a[1]) * (meridian - a[0])) / (b[0] - a[0])).toFixed(4))]);
    if (inside(b)) out.push(b);
  }
  return out.length ? closed(out) : [];
}
