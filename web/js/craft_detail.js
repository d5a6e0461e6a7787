// What the panel says of one aircraft at the time that is shown, and of which stretch of time it tells.
import { h } from './dom.js';
import { aircraftFacts } from './facts.js';
import { chipOf, colorOf } from './parts.js';
import { TEXTS } from './texts.js';
import { agoText } from './time.js';
import { AROUND_MS } from './track.js';

const PAST_MS = 45 * 60_000;
const MOST = 20;

// The stretch that is told of at a time, and whether another time lies beyond what was asked for then.
export const stretchAt = (now) => ({ start: now - PAST_MS, end: now });
export const isBeyond = ({ start, end }, now) => now < start || now > end + AROUND_MS;

// What changes while one looks.
export function liveFacts(id, { clock, fleet }) {
  const one = fleet.get(id);
  const notice = one ? [] : [h('p', { class: 'notice', text: TEXTS.detail.silent })];
  return [...notice, aircraftFacts(one, id, clock.now())];
}

export function theirLinks(id, app) {
  const theirs = app.anomalies.all().filter((one) => one.icao24 === id || one.members.includes(id));
  return theirs.slice(0, MOST).map((one) => anomalyLink(one, app));
}

export function anomalyLink(one, app) {
  const { title, style } = app.classOf(one.cls);
  const open = () => app.state.set({ selected: { kind: 'anomaly', id: one.id } });
  return h(
    'button',
    { class: 'link-row', type: 'button', onclick: open, style: colorOf(style) },
    chipOf(style),
    h('span', { text: title }),
    h('span', { class: 'ago', text: agoText(one.end, app.clock.now()) }),
  );
}
