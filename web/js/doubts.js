// Why an anomaly may be innocent: what its own record and surroundings say against it. Facts in, sentences out.
import { h } from './dom.js';
import { block } from './parts.js';
import { gapsWithin } from './series.js';
import { TEXTS } from './texts.js';
import { clockText, spanText } from './time.js';

const T = TEXTS.doubts;
const UNSURE = 0.6;
const NEAR_NMI = 8; // circuits, holds and approaches happen this close to an aerodrome
const LOW_FT = 6000; // and below this above the sea, where the field's elevation is not known
const GUSTY_KT = 25;
const POOR_NACP = 8; // below this the aircraft itself says that its position is worse than 0.05 nmi (DO-260B)
const LOW_SOURCES = new Map([
  ['mlat', T.mlat],
  ['tisb', T.tisb],
  ['adsc', T.adsc],
]);

// `about`: what the class judges. Of a cell, poor positions are the finding itself and no excuse.
export function doubtsOf(one, rows = [], about = 'aircraft') {
  const context = one.evidence?.context ?? {};
  const inside = rows.filter((row) => row.time >= one.start && row.time <= one.end);
  return [
    one.cleared && T.cleared(one.cleared),
    one.confidence < UNSURE && T.unsure(Math.round(one.confidence * 100)),
    fieldDoubt(context),
    ...flagDoubts(context.aircraft),
    noticeDoubt(context),
    weatherDoubt(context.metar),
    ...trackDoubts(one, rows, inside, about),
  ].filter(Boolean);
}

function fieldDoubt({ airport, position }) {
  const near = Number.isFinite(airport?.distance_nmi) && airport.distance_nmi <= NEAR_NMI;
  const low = !Number.isFinite(position?.altitude_ft) || position.altitude_ft <= LOW_FT;
  return near && low ? T.field(String(airport.name ?? airport.code ?? '')) : '';
}

function flagDoubts(aircraft) {
  const flags = (Array.isArray(aircraft?.flags) ? aircraft.flags : []).filter((flag) => typeof flag === 'string');
  const military = aircraft?.state?.military === true || flags.includes('military');
  return [military && T.military];
}

function noticeDoubt({ notams_in_force: count }) {
  return Number(count) > 0 ? T.notams(Number(count)) : '';
}

function weatherDoubt(metar) {
  const wind = Math.max(Number(metar?.wind_kt) || 0, Number(metar?.gust_kt) || 0);
  const storm = typeof metar?.weather === 'string' && /TS|thunder/i.test(metar.weather);
  if (storm) return T.storm;
  return wind >= GUSTY_KT ? T.windy(wind) : '';
}

function trackDoubts(one, rows, inside, about) {
  const gaps = gapsWithin(rows, one.start, one.end);
  const longest = gaps.sort((a, b) => b[1] - b[0] - (a[1] - a[0]))[0];
  const poor = inside.filter((row) => row.nacp < POOR_NACP).length;
  const source = inside.map((row) => LOW_SOURCES.get(String(row.source).split('_')[0])).find(Boolean);
  return [
    longest && T.gap(spanText(longest[1] - longest[0]), clockText(longest[0], false)),
    about !== 'cell' && inside.length > 0 && poor * 2 > inside.length && T.poor,
    about !== 'cell' && inside.length > 0 && inside.length <= 3 && T.few(inside.length),
    source,
  ];
}

// As a part of the panel: its own record first, then what the class says of itself.
export function doubtsBlock(one, cls, rows) {
  const found = doubtsOf(one, rows, cls.scope);
  const list = found.length ? h('ul', {}, found.map((text) => h('li', { text }))) : h('p', { text: T.nothing });
  return block(T.title, list, cls.describe?.context ? h('p', { class: 'quiet-note', text: cls.describe.context }) : null);
}
