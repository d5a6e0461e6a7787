// The key figures as tiles: one number, and in words what it counts.
import { h } from './dom.js';
import { TEXTS } from './texts.js';

const T = TEXTS.statistics.tiles;

export function showTiles(found) {
  return h('dl', { class: 'tiles-row' }, tilesOf(found).map(tile));
}

function tile({ name, figure, note, unknown, kind = '' }) {
  const none = figure === null;
  return h(
    'div',
    { class: `tile ${kind}` },
    h('dt', { text: name }),
    h('dd', { class: none ? 'figure none' : 'figure', text: none ? (unknown ?? T.unknown) : figure }),
    h('dd', { class: 'note', text: note }),
  );
}

// [{name, figure, note, kind}]; figure null where nothing can be said.
export function tilesOf({ latency, coverage, uptime, messages, anomalies, diversity, precision, storage }) {
  return [
    { name: T.precision, unknown: T.noReviews, figure: precision.reviews ? percent(precision.share) : null, note: precision.reviews ? T.reviewed(precision.confirmed, precision.reviews) : T.noReviewsNote },
    { name: T.latency, figure: seconds(sum(latency.pipeline_s, latency.detection_median_s)), note: T.latencyNote(seconds(latency.pipeline_s), seconds(latency.detection_median_s)) },
    { name: T.coverage, figure: percent(coverage.share), note: T.coverageNote(count(coverage.analysed), count(coverage.aircraft)), kind: grade(coverage.share, 0.9) },
    { name: T.uptime, figure: percent(uptime.share), note: T.uptimeNote(count(uptime.heard), count(uptime.slots)), kind: grade(uptime.share, 0.99) },
    { name: T.valid, figure: percent(messages.valid_share), note: T.validNote(count(messages.rows), count(messages.rejected)), kind: grade(messages.valid_share, 0.99) },
    { name: T.diversity, figure: count(diversity.classes), note: T.diversityNote(diversity.active, diversity.known) },
    { name: T.alerts, figure: anomalies.per_hour.toLocaleString('en', { maximumFractionDigits: 1 }), note: T.alertsNote(anomalies.budget_per_hour, count(anomalies.count), count(anomalies.cleared)), kind: anomalies.per_hour <= anomalies.budget_per_hour ? 'good' : 'warn' },
    { name: T.storage, figure: T.perSecond(storage.positions_per_s.toLocaleString('en', { maximumFractionDigits: 1 })), note: T.storageNote(bytes(storage.bytes)) },
  ]; // prettier-ignore
}

const count = (n) => n.toLocaleString('en');
const sum = (a, b) => (a === null || b === null ? null : a + b);
// Nobody lies ahead: what is judged may be told a moment later than the data.
const seconds = (s) => (s === null || s === undefined ? null : `${s < 10 ? Math.max(0, s).toFixed(1) : Math.round(s)} s`);
const grade = (share, least) => (share === null ? '' : share >= least ? 'good' : 'warn');

// "99.97 %": rounded down, so that what is not all never reads as all.
export function percent(share) {
  if (share === null || share === undefined) return null;
  const own = Math.floor(share * 10_000) / 100;
  return `${own.toLocaleString('en', { maximumFractionDigits: own >= 99 ? 2 : 1 })} %`;
}

export function bytes(n) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = n ? Math.min(units.length - 1, Math.floor(Math.log10(n) / 3)) : 0;
  return `${(n / 1000 ** power).toLocaleString('en', { maximumFractionDigits: 1 })} ${units[power]}`;
}
