// Facts as label and value pairs: of an anomaly, and of an aircraft as it is now.
import { h } from './dom.js';
import { numberText } from './evidence.js';
import { TEXTS } from './texts.js';
import { agoText, clockText, dateText, rfc3339, spanText, zoneText } from './time.js';
import { altitudeText, inUnit } from './units.js';

const T = TEXTS.facts;
const MOST_MEMBERS = 12;

// Ways to several aircraft, each by its callsign where it is heard now.
export function aircraftLinks(ids, app) {
  const links = ids.slice(0, MOST_MEMBERS).map((id) => aircraftLink(id, app, [app.fleet.get(id)?.callsign]));
  const more = ids.length - MOST_MEMBERS;
  return ids.length ? h('span', { class: 'links' }, links, more > 0 ? TEXTS.detail.more(more) : null) : null;
}

export function anomalyFacts(one, app) {
  const craft = one.icao24 ? app.fleet.get(one.icao24) : null;
  const percent = `${Math.round(one.confidence * 100)} %`;
  const meter = h(
    'span',
    { class: 'meter wide', role: 'img', 'aria-label': TEXTS.detail.confidence(percent) },
    h('span', { class: 'fill', style: { 'inline-size': percent.replace(' ', '') } }),
  );
  const state = one.cleared ? 'cleared' : one.open ? 'open' : 'closed';
  return grid([
    [T.state, h('span', { class: `state ${state}`, text: TEXTS.states[state] })],
    [T.confidence, h('span', { class: 'with-meter' }, meter, percent)],
    [T.when, spanWords(one)],
    [
      T.aircraft,
      one.icao24 ? aircraftLink(one.icao24, app, [one.callsign, craft?.registration, craft?.type_code]) : null,
    ],
    [T.others, aircraftLinks(one.members, app)],
    [T.cell, one.feature.properties.h3 ? h('span', { class: 'quiet-note', title: T.cellTip, text: one.feature.properties.h3 }) : null],
  ]);
}

// "14:02:10 to 14:31:44 UTC, 21 Nov 2026 (29 min)".
function spanWords({ start, end }) {
  const days = dateText(start) === dateText(end) ? dateText(end) : `${dateText(start)} – ${dateText(end)}`;
  return `${clockText(start)} – ${clockText(end)} ${zoneText(end)}, ${days} (${spanText(end - start)})`;
}

function aircraftLink(id, app, names) {
  const text = [...names.filter(Boolean), id].join(' · ');
  return h('button', {
    class: 'link',
    type: 'button',
    text,
    title: TEXTS.detail.show,
    onclick: () => app.state.set({ selected: { kind: 'aircraft', id } }),
  });
}

export function aircraftFacts(one, id, now) {
  if (!one) return grid([[T.icao24, id]]);
  return grid([
    [T.icao24, id],
    [T.registration, one.registration || null],
    [T.type, one.type_code || null],
    [T.squawk, one.squawk || null],
    [T.emergency, one.emergency && !['none', 'unknown'].includes(one.emergency) ? (T.emergencies[one.emergency] ?? one.emergency) : null],
    [T.altitude, altitudeText(one.baro_altitude, one.on_ground)],
    [T.speed, inUnit(one.ground_speed, 'speed') || null],
    [T.track, Number.isFinite(one.track) ? `${numberText(Math.round(one.track))}°` : null],
    [T.rate, inUnit(one.vertical_rate, 'rate', 'exceptZero') || null],
    [
      T.integrity,
      [Number.isFinite(one.nic) && `NIC ${one.nic}`, Number.isFinite(one.nac_p) && `NACp ${one.nac_p}`]
        .filter(Boolean)
        .join(', ') || null,
    ],
    [T.heard, one.source && one.source !== 'unknown' ? (T.sources[one.source] ?? one.source.replaceAll('_', ' ')) : null],
    [
      T.position,
      h('time', { datetime: rfc3339(one.time), text: `${clockText(one.time)} ${zoneText(one.time)}, ${agoText(one.time, now)}` }),
    ],
  ]);
}

function grid(pairs) {
  return h(
    'dl',
    { class: 'facts-grid' },
    pairs
      .filter(([, value]) => value !== null)
      .map(([name, value]) => h('div', {}, h('dt', { text: name }), h('dd', {}, value))),
  );
}
