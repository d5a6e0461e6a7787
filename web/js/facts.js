// Facts as label and value pairs: of an anomaly, and of an aircraft as it is now.
import { altitudeText } from './altitude.js';
import { h } from './dom.js';
import { numberText } from './evidence.js';
import { agoText, clockText, dateText, rfc3339, spanText } from './time.js';

export function anomalyFacts(one, app) {
  const craft = one.icao24 ? app.fleet.get(one.icao24) : null;
  const percent = `${Math.round(one.confidence * 100)} %`;
  const meter = h(
    'span',
    { class: 'meter wide', role: 'img', 'aria-label': `Confidence ${percent}` },
    h('span', { class: 'fill', style: { 'inline-size': percent.replace(' ', '') } }),
  );
  const state = one.cleared ? 'cleared' : one.open ? 'open' : 'closed';
  return grid([
    ['State', h('span', { class: `state ${state}`, text: state })],
    ['Confidence', h('span', { class: 'with-meter' }, meter, percent)],
    ['From', `${clockText(one.start)} UTC, ${dateText(one.start)}`],
    ['Until', `${clockText(one.end)} UTC (${spanText(one.end - one.start)})`],
    [
      'Aircraft',
      one.icao24 ? aircraftLink(one.icao24, app, [one.callsign, craft?.registration, craft?.type_code]) : null,
    ],
    [
      'With',
      one.members.length
        ? h(
            'span',
            { class: 'links' },
            one.members.slice(0, 12).map((id) => aircraftLink(id, app, [app.fleet.get(id)?.callsign])),
          )
        : null,
    ],
    ['H3 cell', one.feature.properties.h3 || null],
  ]);
}

function aircraftLink(id, app, names) {
  const text = [...names.filter(Boolean), id].join(' · ');
  return h('button', {
    class: 'link',
    type: 'button',
    text,
    title: 'Show this aircraft',
    onclick: () => app.state.set({ selected: { kind: 'aircraft', id } }),
  });
}

export function aircraftFacts(one, id, now) {
  if (!one) return grid([['ICAO 24', id]]);
  const unit = (value, name) => (Number.isFinite(value) ? `${numberText(Math.round(value))} ${name}` : null);
  return grid([
    ['ICAO 24', id],
    ['Registration', one.registration || null],
    ['Type', one.type_code || null],
    ['Squawk', one.squawk || null],
    ['Emergency', one.emergency && !['none', 'unknown'].includes(one.emergency) ? one.emergency : null],
    ['Altitude', altitudeText(one.baro_altitude, one.on_ground)],
    ['Speed', unit(one.ground_speed, 'kt')],
    ['Track', unit(one.track, '°')],
    ['Vertical rate', unit(one.vertical_rate, 'ft/min')],
    [
      'Integrity',
      [Number.isFinite(one.nic) && `NIC ${one.nic}`, Number.isFinite(one.nac_p) && `NACp ${one.nac_p}`]
        .filter(Boolean)
        .join(', ') || null,
    ],
    ['Heard by', one.source ? one.source.replaceAll('_', ' ') : null],
    [
      'Position',
      h('time', { datetime: rfc3339(one.time), text: `${clockText(one.time)} UTC, ${agoText(one.time, now)}` }),
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
