// The holes of a polygon whose outer ring is changed by hand: they stay, and go along where the whole is dragged.
import { AreaError } from './area.js';
import { contains } from './area_shape.js';
import { latOf, mercatorX, mercatorY } from './geo.js';
import { TEXTS } from './texts.js';

const SAME = 1e-7; // of the width of the world: finer than the digits of a shape that is drawn

// The changed ring with the holes that it had; rings are open lists of [lng, lat].
export function withHoles(ring, [before, ...holes]) {
  const by = movedBy(ring, before);
  return [ring, ...holes.map((hole) => (by ? hole.map((point) => shifted(point, by)) : hole))];
}

// [x, y] on the map's plane where every corner moved alike, else null.
function movedBy(ring, before) {
  if (ring.length !== before.length) return null;
  const steps = ring.map(([lng, lat], i) => [mercatorX(lng) - mercatorX(before[i][0]), mercatorY(lat) - mercatorY(before[i][1])]);
  const [x, y] = steps[0];
  return steps.every(([a, b]) => Math.abs(a - x) < SAME && Math.abs(b - y) < SAME) ? [x, y] : null;
}

const shifted = ([lng, lat], [x, y]) => [lng + x * 360, latOf(mercatorY(lat) + y)];

// Raises AreaError where a hole reaches beyond its ring: nobody could say what such an area holds.
export function checkHoles(parts) {
  for (const [ring, ...holes] of parts)
    for (const hole of holes) {
      const within = hole.every((point) => contains([[closed(ring)]], point)) && !ring.some((point) => contains([[closed(hole)]], point));
      if (!within) throw new AreaError(TEXTS.tools.draw.beyond);
    }
}

const closed = (ring) => [...ring, ring[0]];
