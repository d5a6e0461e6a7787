// The evidence of an anomaly: lines of the charts, gaps, doubts, events that belong together, and the replay's plan.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnomaly } from '../../../web/js/anomalies.js';
import { doubtsOf } from '../../../web/js/doubts.js';
import { roundTicks } from '../../../web/js/envelope.js';
import { limitText, shown } from '../../../web/js/evidence.js';
import { eventsOf } from '../../../web/js/events.js';
import { limitsNear, limitsOf } from '../../../web/js/limits.js';
import { planReplay } from '../../../web/js/replay.js';
import { flightsOf, gapsWithin, linesOf, MEASURES, withTurns } from '../../../web/js/series.js';
import { distinct, questions } from '../../../web/js/similar.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const row = (s, more = {}) => ({ time: NOON + s * 1000, flight: '1', speed: 300, track: 0, ...more });
const measure = (key) => MEASURES.find((one) => one.key === key);

function anomaly(id, { start = 0, end = 1, box = [1, 1, 2, 2], ...more } = {}) {
  const [w, s, e, n] = box;
  const coordinates = [[[w, s], [e, s], [e, n], [w, n], [w, s]]]; // prettier-ignore
  const times = { start: new Date(NOON + start * MINUTE).toISOString(), end: new Date(NOON + end * MINUTE).toISOString() };
  return readAnomaly({ type: 'Feature', id, geometry: { type: 'Polygon', coordinates }, properties: { class: 'made-up', confidence: 0.9, ...times, ...more } });
}
const ids = (events) => events.map(({ members }) => members.map((one) => one.id));

test('a turn through north is small, and a long gap or a slow aircraft has none', () => {
  const turns = withTurns([row(0, { track: 355 }), row(10, { track: 5 }), row(200, { track: 90 }), row(210, { track: 0, speed: 5 })]);
  assert.deepEqual(turns.map(({ turn }) => turn), [NaN, 1, NaN, NaN]); // prettier-ignore
});

test('no line is drawn across a gap, and what nobody sent has no line', () => {
  const tracks = [{ name: 'a', rows: [row(0), row(10), row(400)] }];
  const [line] = linesOf(measure('speed'), tracks);
  assert.deepEqual(line.table[1], [300, 300, null, 300]);
  assert.deepEqual(linesOf(measure('rssi'), tracks), []);
});

test('two streams under one address are two lines, those of another time none', () => {
  const rows = [row(0), row(10), row(20), row(5, { flight: '2' }), row(9000, { flight: '3' })];
  assert.deepEqual(flightsOf(rows, NOON, NOON + MINUTE).map(([first]) => first.flight), ['1', '2']); // prettier-ignore
});

test('a parameter that bounds a column is a line of its chart, at the value that was in force', () => {
  const params = { fall: { default: -3000, column: 'vertical_rate' }, swing: { value: 1500, column: '|vertical_rate|' }, hold: { default: 10, column: '' } };
  const found = limitsOf({ parameters: { fall: { value: -2500, unit: 'ft/min' } } }, params);
  assert.deepEqual(found.map(({ name, value }) => [name, value]), [['fall', -2500], ['swing', 1500], ['swing', -1500]]); // prettier-ignore
  assert.deepEqual(limitsNear(found, measure('rate'), -4000, -1600).map(({ value }) => value), [-2500, -1500]); // prettier-ignore
  assert.deepEqual(limitsNear(found, measure('speed'), 0, 500), []);
});

test('a gap within the stretch is a reason for doubt, one outside of it is none', () => {
  const rows = [row(-900), row(0), row(300), row(310)];
  assert.deepEqual(gapsWithin(rows, NOON, NOON + 5 * MINUTE), [[NOON, NOON + 300_000]]);
  assert.ok(doubtsOf(anomaly('a', { end: 5 }), rows).some((text) => text.includes('It was not received for 5 min')));
  assert.deepEqual(doubtsOf(anomaly('a'), []), []);
});

test('surroundings speak: a field near and low, notices, weather, its own poor position', () => {
  const context = { airport: { name: 'Hill', distance_nmi: 3 }, position: { altitude_ft: 900 }, notams_in_force: 2, metar: { weather: '+TSRA' } };
  const rows = [0, 10, 20, 30].map((s) => row(s, { nacp: 0 }));
  const found = doubtsOf(anomaly('a', { evidence: { context } }), rows).join(' ');
  for (const word of ['Hill is close by', '2 notices are', 'Thunderstorms', 'poor accuracy']) assert.ok(found.includes(word), word);
  const high = { ...context, position: { altitude_ft: 35_000 } };
  assert.ok(!doubtsOf(anomaly('a', { evidence: { context: high } })).join(' ').includes('Hill'));
});

test('neighbouring cells of one time are one event; far ones, and those of other hours, are others', () => {
  const list = [
    anomaly('a', { box: [1, 1, 2, 2] }),
    anomaly('b', { box: [1.9, 1, 3, 2] }),
    anomaly('c', { box: [2.9, 1, 4, 2] }),
    anomaly('far', { box: [20, 1, 21, 2] }),
    anomaly('later', { box: [1, 1, 2, 2], start: 120, end: 130 }),
  ];
  assert.deepEqual(ids(eventsOf(list, () => 'cell')), [['a', 'b', 'c'], ['far'], ['later']]);
});

test('cells on both sides of the antimeridian are neighbours', () => {
  const list = [anomaly('w', { box: [179, 0, 180, 1] }), anomaly('e', { box: [-180, 0, -179, 1] })];
  assert.equal(eventsOf(list, () => 'cell').length, 1);
});

test('one aircraft doing the same again is one event, under what the list has first', () => {
  const list = [
    anomaly('second', { icao24: 'abc123', start: 20, end: 25 }),
    anomaly('other', { icao24: 'ffffff', start: 20, end: 25 }),
    anomaly('first', { icao24: 'abc123', start: 0, end: 5 }),
    anomaly('hours-later', { icao24: 'abc123', start: 200, end: 205 }),
  ];
  assert.deepEqual(ids(eventsOf(list, () => 'aircraft')), [['second', 'first'], ['other'], ['hours-later']]);
});

test('a replay shows the stretch with its edges, in about twenty seconds, and never beyond now', () => {
  const plan = planReplay(anomaly('a', { start: 0, end: 40 }), NOON + 41 * MINUTE);
  assert.equal(plan.at, NOON - 4 * MINUTE);
  assert.equal(plan.stop, NOON + 41 * MINUTE - 2000);
  assert.ok(Math.abs((plan.stop - plan.at) / 1000 / plan.speed - 20) < 1);
  assert.ok(plan.window * 1000 >= plan.stop - plan.at);
});

test('what is near is asked for by a box, also across the antimeridian', () => {
  const { near, aircraft } = questions(anomaly('a', { icao24: 'abc123/1', box: [179.5, 0, 179.9, 0.4] }));
  assert.equal(aircraft.icao24, 'abc123');
  const [west, , east] = near.bbox.split(',').map(Number);
  assert.ok(west > 0 && east < 0);
});

test('ticks are round and few', () => assert.deepEqual(roundTicks(42_000), [0, 20_000, 40_000]));

test('another event stands once: in its event, else of the same aircraft, else nearby', () => {
  const [one, member, twice, near] = ['a', 'b', 'c', 'd'].map((id) => anomaly(id));
  const asked = [{ kind: 'aircraft', found: [one, member, twice] }, { kind: 'near', found: [one, member, twice, near] }];
  const told = distinct(asked, one, new Set(['a', 'b']));
  assert.deepEqual(told.map(({ others }) => others.map(({ id }) => id)), [['c'], ['d']]); // prettier-ignore
  const [alone] = distinct([{ kind: 'near', found: [one] }], one, new Set(['a']));
  assert.deepEqual([alone.others, alone.elsewhere], [[], false]);
});

test('both thresholds of a value are said where one holds high up, and several values under one name are words', () => {
  const params = { distance: { unit: 'nmi' }, high_distance: { unit: 'nmi' } };
  assert.equal(limitText('distance', 1.15, { distance: 0.3, high_distance: 2.5 }, params), 'threshold 0.3 nmi or 2.5 nmi');
  assert.equal(limitText('rate', 4500, { rate: -3000 }, { rate: { unit: 'ft/min' } }), 'threshold 3,000 ft/min');
  assert.equal(limitText('other', 1, { rate: -3000 }, {}), '');
  assert.equal(shown({ turn_rate: 0.545, track_gap: 0.2 }), 'turn rate 0.545, track gap 0.2');
});
