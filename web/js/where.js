// Drill down: whether an anomaly belongs to the country, the region or the drawn area that was chosen.
import { outlineOf, contains } from './area_shape.js';
import { positionsOf } from './geo.js';

export const WHERES = ['country', 'fir', 'area'];
const LIKE = /^[\w.-]{1,40}$/;

export const parseOnly = (text) => {
  const [kind, id, ...rest] = String(text ?? '').split(':');
  return WHERES.includes(kind) && LIKE.test(id ?? '') && !rest.length ? { kind, id } : null;
};

// What the anomaly's context says of its place; null where it says nothing.
export function placeOf({ evidence }) {
  const { country, fir } = evidence?.context ?? {};
  return {
    country: country?.code ?? null,
    countryName: country?.name ?? country?.code ?? '',
    fir: fir?.id ?? null,
    firName: fir?.name ?? fir?.id ?? '',
  };
}

// A predicate over anomalies; an area that is not there keeps nothing out.
export function matcher({ only, area }) {
  if (!only) return () => true;
  if (only.kind !== 'area') return (one) => placeOf(one)[only.kind] === only.id;
  return area ? touches(area) : () => true;
}

// Corners of the anomaly within the area, or of the area within the anomaly: enough for what is drawn by hand.
function touches(area) {
  const outline = outlineOf(area);
  const corners = outline.map(([ring]) => ring[0]);
  return ({ feature }) => {
    if (positionsOf(feature.geometry).some((point) => contains(outline, point))) return true;
    const { type, coordinates } = feature.geometry ?? {};
    const own = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? coordinates : [];
    return own.length > 0 && corners.some((point) => contains(own, point));
  };
}

// [{kind, id, name, count}] of the places that the anomalies name, most first.
export function placesIn(anomalies, kind) {
  const found = new Map();
  for (const one of anomalies) {
    const place = placeOf(one);
    const id = place[kind];
    if (!id || !LIKE.test(id)) continue;
    const entry = found.get(id) ?? { kind, id, name: place[`${kind}Name`], count: 0 };
    entry.count += 1;
    found.set(id, entry);
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
