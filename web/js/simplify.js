// Fewer points for the same outline (Douglas and Peucker), as many as fit into a budget.
const FINEST = 1e-4; // degrees
const MOST_TRIES = 24;

// [[ring, ...], ...] with at most `most` points in all: the tolerance doubles until they fit; what shrinks away is left out.
export function slim(parts, most) {
  const count = (some) => some.flat(2).length;
  let out = parts;
  for (let i = 0, tolerance = FINEST; count(out) > most && i < MOST_TRIES; i++, tolerance *= 2)
    out = parts.map((rings) => shrunk(rings, tolerance)).filter((rings) => rings.length);
  return out;
}

// A part without its outer ring is nothing; a hole that shrank away is filled.
function shrunk(rings, tolerance) {
  const some = rings.map((ring) => simplify(ring, tolerance));
  return isTiny(some[0]) ? [] : some.filter((ring) => !isTiny(ring));
}

const isTiny = (ring) => ring.length < 4 && ring.length > 0 && same(ring[0], ring.at(-1));
const same = (a, b) => a[0] === b[0] && a[1] === b[1];

// Without recursion: hostile lines are long.
export function simplify(line, tolerance) {
  if (line.length < 3) return line;
  const keep = new Uint8Array(line.length);
  keep[0] = keep[line.length - 1] = 1;
  const todo = [[0, line.length - 1]];
  while (todo.length) {
    const [first, last] = todo.pop();
    const { index, most } = farthest(line, first, last);
    if (most <= tolerance) continue;
    keep[index] = 1;
    todo.push([first, index], [index, last]);
  }
  return line.filter((_, i) => keep[i]);
}

function farthest(line, first, last) {
  let [index, most] = [first, -1];
  for (let i = first + 1; i < last; i++) {
    const away = offLine(line[i], line[first], line[last]);
    if (away > most) [index, most] = [i, away];
  }
  return { index, most };
}

function offLine([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length2 = dx * dx + dy * dy;
  const f = length2 ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length2)) : 0;
  return Math.hypot(x - x1 - f * dx, y - y1 - f * dy);
}
