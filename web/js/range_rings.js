// Rings of distance around a receiver, and how far it heard in each direction, as GeoJSON. Pure: no map here.
import { boundsOf, destination, distanceNmi, KM_PER_NMI, positionsOf } from './geo.js';

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200]; // of the reader's unit, between two rings
const RINGS = 5;
const APART_PX = 52; // two rings are at least so far apart on the screen
const FARTHEST_NMI = 450; // beyond is no radio horizon of an aircraft, at 60,000 ft about 300 nmi
const CORNERS = 120;
const SECTORS = 72; // directions of 5 degrees

const rad = Math.PI / 180;

// [lng, lat] so many nautical miles away, at a bearing in degrees.
export const placeAt = (at, bearing, nmi) => destination(at, nmi * KM_PER_NMI, bearing * rad);

export function bearingOf([lng0, lat0], [lng1, lat1]) {
  const [a, b, turn] = [lat0 * rad, lat1 * rad, (lng1 - lng0) * rad];
  const way = Math.atan2(Math.sin(turn) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(turn));
  return (way / rad + 360) % 360;
}

// Distances of the rings in the reader's unit; `per`: of them in a nautical mile, `px`: pixels to one of them.
export function ringsFor({ per, px }) {
  const step = STEPS.find((one) => one * px >= APART_PX) ?? STEPS.at(-1);
  return Array.from({ length: RINGS }, (_, i) => (i + 1) * step).filter((distance) => distance / per <= FARTHEST_NMI);
}

const closed = (ring) => [...ring, ring[0]];

const around = (at, nmi) => closed(Array.from({ length: CORNERS }, (_, i) => placeAt(at, (360 * i) / CORNERS, nmi)));

// Features of the rings of all receivers: a line each, and a label at its northern end.
export function ringFeatures(receivers, distances, { per, label }) {
  return receivers.flatMap(({ at }) =>
    distances.flatMap((distance) => [
      { type: 'Feature', properties: { kind: 'ring' }, geometry: { type: 'LineString', coordinates: around(at, distance / per) } },
      { type: 'Feature', properties: { kind: 'label', text: label(distance) }, geometry: { type: 'Point', coordinates: placeAt(at, 0, distance / per) } },
    ]),
  );
}

export const placeFeatures = (receivers) => receivers.map(({ name, at }) => ({ type: 'Feature', properties: { kind: 'receiver', text: name }, geometry: { type: 'Point', coordinates: at } })); // prettier-ignore

// For each receiver the line around the farthest cells in which anything was heard, by direction; a cell counts for the
// receiver that is nearest. None where fewer than a quarter of all directions say anything.
export function rangeFeatures(receivers, cells) {
  const far = receivers.map(() => new Float64Array(SECTORS));
  for (const { geometry } of cells) {
    const middle = middleOf(geometry);
    if (!middle) continue;
    const away = receivers.map(({ at }) => distanceNmi(at, middle));
    const nearest = away.indexOf(Math.min(...away));
    if (nearest < 0 || away[nearest] > FARTHEST_NMI) continue;
    const sector = Math.floor((bearingOf(receivers[nearest].at, middle) / 360) * SECTORS) % SECTORS;
    far[nearest][sector] = Math.max(far[nearest][sector], away[nearest]);
  }
  return receivers.flatMap(({ at }, i) => outline(at, far[i]));
}

function outline(at, far) {
  if (far.filter(Boolean).length < SECTORS / 4) return [];
  const ring = Array.from(far, (nmi, i) => placeAt(at, ((i + 0.5) * 360) / SECTORS, nmi));
  return [{ type: 'Feature', properties: { kind: 'range' }, geometry: { type: 'Polygon', coordinates: [closed(ring)] } }];
}

// Of the outline's box; a cell that meets the antimeridian comes in two parts.
function middleOf(geometry) {
  const box = boundsOf(positionsOf(geometry));
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}
