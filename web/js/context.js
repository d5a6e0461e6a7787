// What is known about an anomaly's place, aircraft, weather and notices, in words; every text goes in as text.
import { h } from './dom.js';
import { block } from './parts.js';
import { TEXTS } from './texts.js';
import { clockText, parseTime } from './time.js';
import { inUnit } from './units.js';

const T = TEXTS.context;

const WINDS = ['N', 'NNE', 'NE', 'ENE', 'E', 'ESE', 'SE', 'SSE', 'S', 'SSW', 'SW', 'WSW', 'W', 'WNW', 'NW', 'NNW'];
const MOST_NOTAMS = 6;
const LONGEST = 240;

const said = (value) => (value === null || value === undefined || typeof value === 'object' ? '' : String(value).trim().slice(0, LONGEST)); // prettier-ignore
const joined = (...parts) => parts.map(said).filter(Boolean).join(' · ');
const part = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? value : {});
const list = (value) => (Array.isArray(value) ? value : []);

// The block, or null where nothing is known.
export function contextBlock(context) {
  const rows = contextRows(context);
  const entry = ([name, ...values]) =>
    h(
      'div',
      {},
      h('dt', { text: name }),
      h(
        'dd',
        {},
        values.map((value) => h('div', {}, value)),
      ),
    );
  return rows.length ? block(T.title, h('dl', { class: 'facts-grid context' }, rows.map(entry))) : null;
}

function contextRows(context) {
  const { place, airport, fir, country, aircraft, others, metar, notams, notams_in_force: count } = part(context);
  return [
    [T.place, joined(away(place, part(place).name), part(country).name)],
    [T.airport, joined(away(airport, part(airport).code), part(airport).name)],
    [T.fir, joined(part(fir).name, part(fir).id)],
    [T.airframe, airframeText(aircraft)],
    [T.state, stateText(aircraft)],
    [T.watch, watchText(part(aircraft).watch_list)],
    [T.others, ...list(others).slice(0, 5).map((one) => joined(part(one).icao24, airframeText(one)))],
    [T.weather, weatherText(metar), raw(metar)],
    [T.notams, ...notices(list(notams), count)],
  ].map(([name, ...values]) => [name, ...values.filter(Boolean)]).filter((row) => row.length > 1); // prettier-ignore
}

// "3.7 nmi NE of KWVI".
export function away(from, name) {
  const { distance_nmi: nmi, bearing_deg: bearing } = part(from);
  if (!said(name)) return '';
  if (!Number.isFinite(nmi)) return said(name);
  if (nmi < 0.5) return T.at(said(name));
  const wind = Number.isFinite(bearing) ? ` ${WINDS[Math.round((((bearing % 360) + 360) % 360) / 22.5) % 16]}` : '';
  return T.away(inUnit(nmi < 10 ? nmi : Math.round(nmi), 'distance'), wind, said(name));
}

function airframeText(one) {
  const { registration, type_code: type, manufacturer, model, operator, flags } = part(one);
  const made = said(model).toLowerCase().startsWith(said(manufacturer).toLowerCase()) ? said(model) : `${said(manufacturer)} ${said(model)}`; // prettier-ignore
  return joined(registration, type, made, operator, list(flags).map(said).join(', '));
}

function stateText(one) {
  const { name, military } = part(part(one).state);
  return said(name) && joined(name, military === true ? T.military : '');
}

function watchText(one) {
  const { group, category, operator, tags, link } = part(one);
  const text = joined(category, group, operator, tags);
  if (!/^https?:\/\//.test(said(link))) return text;
  return h('span', {}, text ? `${text} ` : '', h('a', { href: link, target: '_blank', rel: 'noopener noreferrer', text: T.more })); // prettier-ignore
}

export function weatherText(metar) {
  const m = part(metar);
  const has = (name) => Number.isFinite(m[name]);
  const gust = has('gust_kt') ? T.gusts(m.gust_kt) : '';
  const wind = has('wind_deg') ? `${m.wind_deg}°` : T.variable;
  const far = m.visibility_m >= 10000 ? T.farAway : m.visibility_m >= 5000 ? `${Math.round(m.visibility_m / 1000)} km` : `${m.visibility_m} m`; // prettier-ignore
  return joined(
    has('wind_kt') ? (m.wind_kt === 0 ? T.calm : T.wind(wind, m.wind_kt) + gust) : '',
    has('visibility_m') ? T.visibility(far) : '',
    has('ceiling_ft') ? T.ceiling(inUnit(m.ceiling_ft, 'altitude')) : '',
    m.weather,
    has('temperature_c') ? `${m.temperature_c} °C` : '',
    has('qnh_hpa') ? `QNH ${m.qnh_hpa} hPa` : '',
  );
}

const raw = (metar) => (said(part(metar).text) ? h('code', { class: 'raw', text: said(metar.text) }) : '');

function notices(all, count) {
  const more = Number(count) - Math.min(all.length, MOST_NOTAMS);
  const shown = all.slice(0, MOST_NOTAMS).map((one) => {
    const { id, text, schedule, until } = part(one);
    const ends = said(until) ? T.until(said(until).slice(0, 10), clockText(parseTime(said(until)), false)) : T.permanent; // prettier-ignore
    return h('details', { class: 'notam' }, h('summary', { text: `${said(id)}: ${said(text)}` }), joined(ends, schedule));
  });
  return more > 0 ? [...shown, T.inForce(more.toLocaleString('en'))] : shown;
}
