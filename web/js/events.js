// Anomalies that are one event: neighbouring cells at one time, and one aircraft that does the same again within the half hour.
import { groupBy } from './collect.js';
import { boxesMeet } from './geo.js';

const APART_MS = 30 * 60_000;
const TILE_DEG = 2; // cells are looked for among those of their own tile and the eight around it
const TILES = 360 / TILE_DEG;

// [{lead, members}] in the order of the list: the lead is the member that comes first, members follow in that order.
// `scopeOf(class)` says what a class is about: an aircraft, a pair, a callsign or a cell.
export function eventsOf(list, scopeOf) {
  const parent = list.map((_, i) => i);
  const root = (i) => (parent[i] === i ? i : (parent[i] = root(parent[i])));
  const join = (i, j) => {
    const [a, b] = [root(i), root(j)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  for (const group of groupBy([...list.keys()], (i) => list[i].cls).values()) {
    if (scopeOf(list[group[0]].cls) === 'cell') joinCells(list, group, join);
    else joinSubjects(list, group, join);
  }
  const events = [...groupBy([...list.keys()], root).entries()].sort(([a], [b]) => a - b);
  return events.map(([first, members]) => ({ lead: list[first], members: members.map((i) => list[i]) }));
}

const close = (a, b) => a.start <= b.end + APART_MS && b.start <= a.end + APART_MS;

function joinSubjects(list, group, join) {
  const subject = (i) => list[i].icao24 ?? (list[i].members.length ? [...list[i].members].sort().join() : list[i].id);
  for (const same of groupBy(group, subject).values()) {
    const byTime = same.sort((a, b) => list[a].start - list[b].start);
    for (let k = 1; k < byTime.length; k += 1) if (close(list[byTime[k]], list[byTime[k - 1]])) join(byTime[k], byTime[k - 1]);
  }
}

function joinCells(list, group, join) {
  const tile = ([x, y], dx = 0, dy = 0) =>
    ((Math.floor(x / TILE_DEG) + dx + 2 * TILES) % TILES) * TILES + Math.floor(y / TILE_DEG) + dy;
  const placed = group.filter((i) => list[i].box);
  const tiles = groupBy(placed, (i) => tile(list[i].anchor));
  for (const i of placed)
    for (const [dx, dy] of AROUND)
      for (const j of tiles.get(tile(list[i].anchor, dx, dy)) ?? [])
        if (j < i && close(list[i], list[j]) && boxesMeet(list[i].box, list[j].box)) join(i, j);
}

const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy]));
