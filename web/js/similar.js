// Events like this one: of the same aircraft, and of the same class nearby; asked of the server when the panel opens.
import { readAnomaly } from './anomalies.js';
import { h } from './dom.js';
import { distanceKm, distanceNmi } from './geo.js';
import { block, chipOf, colorOf } from './parts.js';
import { TEXTS } from './texts.js';
import { agoText, clockText, dateText } from './time.js';
import { inUnit } from './units.js';

const T = TEXTS.similar;
const MOST = 6;
const AROUND_DEG = 1.5;

// Questions to the anomalies collection, by what they are about.
export function questions(one) {
  const limit = MOST + 6; // some of them are this one itself
  const [lng, lat] = one.anchor ?? [];
  const wide = Math.min(60, AROUND_DEG / Math.max(0.05, Math.cos((lat * Math.PI) / 180)));
  const box = [west(lng - wide), Math.max(-90, lat - AROUND_DEG), west(lng + wide), Math.min(90, lat + AROUND_DEG)];
  return {
    ...(one.icao24 ? { aircraft: { icao24: one.icao24.split('/')[0], limit } } : {}),
    ...(one.anchor ? { near: { class: one.cls, bbox: box.map((v) => v.toFixed(4)).join(','), limit } } : {}),
  };
}

const west = (lng) => ((lng + 540) % 360) - 180; // a box across the antimeridian has its west in the east, as the API wants it

export const similarBlock = () => h('div', { class: 'similar' });

// Fills the block; what cannot be loaded is said in its place.
export async function fillSimilar(host, one, app) {
  const told = new Set([one, ...app.list.eventOf(one.id)].map(({ id }) => id)); // the block of its event lists those
  const asked = await Promise.all(Object.entries(questions(one)).map(([kind, query]) => answer(kind, query, app)));
  if (host.isConnected) host.replaceChildren(...distinct(asked, one, told).map((found) => listed(found, one, app)).filter(Boolean));
}

async function answer(kind, query, app) {
  try {
    const page = await app.api.get('/collections/anomalies/items', query);
    return { kind, found: page.features.map(readAnomaly).filter(Boolean) };
  } catch (error) {
    return { kind, found: [], error };
  }
}

// Each other event once: under the first heading that it fits. `told`: ids that stand elsewhere.
export function distinct(asked, one, told) {
  const seen = new Set(told);
  return asked.map(({ kind, found, ...more }) => {
    const others = ordered(kind, found.filter(({ id }) => !seen.has(id)), one).slice(0, MOST); // prettier-ignore
    for (const { id } of others) seen.add(id);
    return { kind, others, elsewhere: found.some(({ id }) => id !== one.id && seen.has(id)), ...more };
  });
}

function listed({ kind, others, elsewhere, error }, one, app) {
  if (!others.length && elsewhere) return null; // all that there are stand above
  if (error) return block(T[kind], h('p', { text: T.failed(error.message) }));
  return block(T[kind], others.length ? others.map((other) => row(other, one, app)) : h('p', { text: T.none }));
}

function ordered(kind, found, one) {
  const far = (other) => (other.anchor && one.anchor ? distanceKm(other.anchor, one.anchor) : Infinity);
  return kind === 'near' ? found.sort((a, b) => far(a) - far(b) || b.end - a.end) : found.sort((a, b) => b.end - a.end);
}

function row(other, one, app) {
  const { title, style } = app.classOf(other.cls);
  const open = () => app.state.set({ selected: { kind: 'anomaly', id: other.id } });
  const far = other.anchor && one.anchor ? inUnit(distanceNmi(other.anchor, one.anchor), 'distance') : '';
  return h(
    'button',
    { class: 'link-row', type: 'button', onclick: open, style: colorOf(style), title: other.explanation },
    chipOf(style),
    h('span', { class: 'link-text' }, h('span', { text: title }), h('small', { text: [other.callsign || other.icao24, far].filter(Boolean).join(' · ') })),
    h('time', { class: 'ago', text: whenText(other.end, app.clock.now()) }),
  );
}

const whenText = (ms, now) => (now - ms < 86_400_000 ? agoText(ms, now) : `${dateText(ms)} ${clockText(ms, false)}`);
