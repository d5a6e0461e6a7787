// One file with all that stands behind an anomaly: the anomaly, where its aircraft were, its class, and where it came from.
import { around } from './track.js';

const MOST_AIRCRAFT = 12;
const CAP = 6000;

// A GeoJSON FeatureCollection: opens in QGIS as it is; what is not a place stands under `skysift`.
export async function makeBundle(one, app) {
  const ids = subjects(one).slice(0, MOST_AIRCRAFT);
  const queries = ids.map((id) => around(id, one.start, one.end));
  const pages = await Promise.all(queries.map((query) => app.api.items('positions', query, { cap: CAP })));
  const own = new URL(`/collections/anomalies/items/${encodeURIComponent(one.id)}`, location.href).href;
  return {
    type: 'FeatureCollection',
    features: [one.feature, ...pages.flat()],
    skysift: {
      anomaly: one.id,
      sentence: one.explanation,
      context: one.evidence?.context ?? null,
      class: app.classOf(one.cls),
      made: new Date().toISOString(),
      data_time: new Date(app.clock.live()).toISOString(),
      from: [own, ...queries.map((query) => new URL(`/collections/positions/items?${new URLSearchParams(query)}`, location.href).href)],
    },
  };
}

export const subjects = (one) => [...new Set([one.icao24, ...one.members].filter(Boolean))];

export async function downloadBundle(one, app) {
  const text = JSON.stringify(await makeBundle(one, app));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/geo+json' }));
  link.download = `skysift-${one.cls}-${one.id}.geojson`.replace(/[^\w.-]+/g, '_');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
