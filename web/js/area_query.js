// What happened in an area: the question to the public collection, and its answer counted by class and day.
import { geometryOf, wktOf } from './area_shape.js';
import { parseTime, rfc3339 } from './time.js';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MOST = 10_000; // anomalies that are counted here; an export has no such end
const EXPORTS = [
  ['GeoJSON', 'geojson'],
  ['CSV', 'csv'],
  ['KML', 'kml'],
  ['GeoPackage', 'gpkg'],
];

// The parameters of the public endpoints.
export const questionOf = (area, [start, end]) => ({
  filter: `S_INTERSECTS(geometry,${wktOf(geometryOf(area))})`,
  datetime: `${rfc3339(Math.round(start))}/${rfc3339(Math.round(end))}`,
});

// [[label, address, file name]]: all that lies in the area, in each format.
export function exportLinks(area, span, name) {
  const file =
    name
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '') || 'area';
  return EXPORTS.map(([label, f]) => {
    const query = new URLSearchParams({ ...questionOf(area, span), f });
    return [label, `/collections/anomalies/export?${query}`, `skysift-${file}.${f}`];
  });
}

// Up to two days are counted by hour, longer times by day (UTC); buckets are whole hours and days.
export function bucketsFor([start, end]) {
  const step = end - start <= 2 * DAY_MS ? HOUR_MS : DAY_MS;
  const first = Math.floor(start / step) * step;
  return { step, first, n: Math.max(1, Math.ceil((end - first) / step)) };
}

// [{id, total, counts}] with most first: anomalies of each class by bucket, where each of them began.
export function countByClass(anomalies, span) {
  const { step, first, n } = bucketsFor(span);
  const rows = new Map();
  for (const { cls, start } of anomalies) {
    if (!rows.has(cls)) rows.set(cls, { id: cls, total: 0, counts: new Array(n).fill(0) });
    const row = rows.get(cls);
    row.total += 1;
    row.counts[Math.max(0, Math.min(n - 1, Math.floor((start - first) / step)))] += 1;
  }
  return [...rows.values()].sort((a, b) => b.total - a.total || (a.id < b.id ? -1 : 1));
}

// [{id, properties...}] of the answer; what has no time cannot be counted.
export const readRows = (features) =>
  features
    .map(({ id, properties: p }) => ({
      id,
      cls: String(p.class),
      start: parseTime(p.start),
      end: parseTime(p.end),
      priority: p.priority,
      callsign: p.callsign || p.icao24 || '',
      explanation: String(p.explanation ?? ''),
    }))
    .filter((one) => Number.isFinite(one.start))
    .sort((a, b) => b.start - a.start);
