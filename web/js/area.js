// An area on the map: its kinds, what each of them must hold, and its short text in the address.
//   {kind: 'polygon', parts: [[ring, hole, ...], ...], name}     rings are open lists of [lng, lat]
//   {kind: 'rectangle', points: [southWest, northEast], name}
//   {kind: 'circle', points: [centre], size: radius in km, name}
//   {kind: 'corridor', points: line, size: width in km, name}
// Longitudes run on over the antimeridian: 170 to 190 is a narrow area there, not one around the world.
import { distanceKm } from './geo.js';
import { TEXTS } from './texts.js';

const T = TEXTS.areas;
const FAULTS = T.faults;

export const KINDS = ['polygon', 'rectangle', 'circle', 'corridor'];
export const MOST_POINTS = 250; // of one area: what an address and a query can carry
export const MOST_KM = 2000; // radius of a circle, half the width of a corridor
const LEAST_KM = 0.05;
const POLE = 85; // the map ends there
const NAME = 60;

export class AreaError extends Error {}

// The area, checked, its longitudes made continuous; raises AreaError with what is wrong in words for the user.
export function makeArea({ kind, parts = [], points = [], size = 0, name = '' }) {
  if (!KINDS.includes(kind)) throw new AreaError(FAULTS.kind);
  const label = [...String(name ?? '').trim()].slice(0, NAME).join(''); // never half a character, which no address can hold
  const all = kind === 'polygon' ? parts.flat(2) : points;
  all.forEach(checkPoint);
  if (all.length > MOST_POINTS) throw new AreaError(FAULTS.points(MOST_POINTS, all.length));
  if (kind === 'polygon') return { kind, parts: checkParts(parts), name: label };
  const line = continuous(points);
  if (kind === 'rectangle') return { kind, points: checkBox(line), name: label };
  checkSize(kind, size);
  if (kind === 'circle') checkCircle(line, size);
  else if (line.length < 2) throw new AreaError(FAULTS.corridor);
  return { kind, points: line, size, name: label };
}

function checkPoint(point) {
  const [lng, lat] = Array.isArray(point) ? point : [];
  if (!Number.isFinite(lng) || !Number.isFinite(lat)) throw new AreaError(FAULTS.numbers);
  if (Math.abs(lat) > 90) throw new AreaError(FAULTS.latitude(lat));
  if (Math.abs(lng) > 540) throw new AreaError(FAULTS.longitude(lng));
  if (Math.abs(lat) > POLE) throw new AreaError(FAULTS.pole(POLE, lat));
}

function checkParts(parts) {
  if (!parts.length) throw new AreaError(FAULTS.noPolygon);
  return parts.map((rings) => {
    const own = rings.map((ring) => continuous(opened(ring)));
    if (!own.length || own.some((ring) => ring.length < 3))
      throw new AreaError(FAULTS.polygon);
    // Holes go where their outer ring is, whichever turn of the world they were written in.
    const [first] = own[0][0];
    return own.map((ring) => shifted(ring, 360 * Math.round((first - ring[0][0]) / 360)));
  });
}

function checkBox(line) {
  if (line.length !== 2) throw new AreaError(FAULTS.rectangle);
  const [[w, a], [e, b]] = line;
  const box = [
    [Math.min(w, e), Math.min(a, b)],
    [Math.max(w, e), Math.max(a, b)],
  ];
  if (box[0][0] === box[1][0] || box[0][1] === box[1][1]) throw new AreaError(FAULTS.empty);
  return box;
}

function checkSize(kind, size) {
  if (!Number.isFinite(size) || size < LEAST_KM || size > MOST_KM)
    throw new AreaError(FAULTS[kind === 'circle' ? 'radius' : 'width'](LEAST_KM, MOST_KM));
}

function checkCircle(line, size) {
  if (line.length !== 1) throw new AreaError(FAULTS.circle);
  if (Math.abs(line[0][1]) + size / 111.2 > POLE) throw new AreaError(FAULTS.nearPole);
}

const shifted = (ring, by) => (by ? ring.map(([lng, lat]) => [lng + by, lat]) : ring);

// A ring without the repetition of its first point.
export function opened(ring) {
  const [first, last] = [ring[0], ring.at(-1)];
  return ring.length > 1 && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
}

// Each point on the turn of the world that lies nearest to the one before; the first one within 180 degrees.
// Corners that are more than half the world apart were meant so only where they were already written beyond 180.
export function continuous(points) {
  const turn = points.length ? -360 * Math.round(points[0][0] / 360) : 0;
  const beyond = points.some(([lng]) => Math.abs(lng) > 180);
  const out = [];
  for (const [lng, lat] of points) {
    let x = lng + turn;
    const before = out.at(-1)?.[0];
    if (before !== undefined && !beyond) x += 360 * Math.round((before - x) / 360);
    out.push([x, lat]);
  }
  return out;
}

const DEGREES = 4; // decimals in the address: eleven metres
const short = (value) => String(Number(value.toFixed(DEGREES)));
const pointText = ([lng, lat]) => `${short(lat)},${short(lng)}`;
const lineText = (points) => points.map(pointText).join(';');

// `circle:51.47,-0.46;50`, latitude first as in `view`. Holes follow after a slash, further parts after a bar.
export function formatArea(area) {
  const { kind, points, parts, size } = area;
  if (kind === 'polygon') return `${kind}:${parts.map((rings) => rings.map(lineText).join('/')).join('|')}`;
  return `${kind}:${lineText(points)}${size ? `;${Number(size.toFixed(3))}` : ''}`;
}

// null for anything that formatArea could not have written.
export function parseArea(text, name = '') {
  const [, kind, rest] = /^(polygon|rectangle|circle|corridor):([\d.,;/|-]{3,12000})$/.exec(text ?? '') ?? [];
  if (!kind) return null;
  try {
    if (kind === 'polygon')
      return makeArea({ kind, parts: rest.split('|').map((part) => part.split('/').map(readLine)), name });
    const fields = rest.split(';');
    const size = kind === 'rectangle' ? 0 : readNumber(fields.pop());
    return makeArea({ kind, points: fields.map(readPoint), size, name });
  } catch (error) {
    if (error instanceof AreaError) return null;
    throw error;
  }
}

const readNumber = (text) => (text ? Number(text) : NaN);
const readLine = (text) => text.split(';').map(readPoint);
const readPoint = (text) => text.split(',').map(readNumber).reverse();

// What it is called, and how large it is.
export const areaTitle = ({ kind, name }) => name || TEXTS.tools.draw.kinds[kind];

export function areaSizeText(area) {
  const { kind, points, parts, size } = area;
  if (kind === 'circle') return T.around(size, points[0][1], wrapLng(points[0][0]));
  if (kind === 'corridor') return T.longWide(lengthKm(points), size);
  if (kind === 'polygon') return T.corners(parts.flat(2).length, parts.length);
  const [[west, south], [east, north]] = points;
  const middle = (south + north) / 2;
  return T.sides(distanceKm([west, middle], [(west + east) / 2, middle]) * 2, distanceKm([west, south], [west, north]));
}

const lengthKm = (line) => line.slice(1).reduce((sum, point, i) => sum + distanceKm(line[i], point), 0);

export const wrapLng = (lng) => lng - 360 * Math.round(lng / 360);
