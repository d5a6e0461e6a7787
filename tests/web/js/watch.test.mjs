// Watching: drafts become what the API takes, faults find their field, alerts come once, incidents group the list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loginLink, ranks } from '../../../web/js/access.js';
import { merged, readAlert } from '../../../web/js/alerts.js';
import { makeArea } from '../../../web/js/area.js';
import { namesOf } from '../../../web/js/form.js';
import { groupsOf, isChosen, TODO } from '../../../web/js/incident_groups.js';
import { readIncident } from '../../../web/js/incidents.js';
import { areaOf } from '../../../web/js/saved_areas.js';
import { tomorrow } from '../../../web/js/watch.js';
import { backtestOf, bodyOf, classGroups, daysOf, draftOf, limitsOf, listOf, shapeOf, START } from '../../../web/js/watch_draft.js';

test('lists are read as people write them, each once', () => {
  assert.deepEqual(listOf('icao24', '3C6444, 40621d\n3c6444'), ['3c6444', '40621d']);
  assert.deepEqual(listOf('callsigns', 'rch*; dlh4?'), ['RCH*', 'DLH4?']);
  assert.deepEqual(listOf('operators', 'British Airways, Ryanair'), ['British Airways', 'Ryanair']);
  assert.deepEqual(listOf('types', ' ,; '), []);
});

test('a draft leaves out what is empty and what is not about its trigger', () => {
  const draft = { ...START, name: ' Bay ', fleet: { types: [], military: false }, delivery: { budget_per_hour: null } };
  const anomalies = bodyOf(draft, { area: 3 });
  assert.deepEqual(anomalies, { name: 'Bay', area: 3, trigger: 'anomaly-starts', destinations: [], classes: [], confidence: 0, priority: 'low', fleet: { military: false } }); // prettier-ignore
  const stays = bodyOf({ ...draft, trigger: 'stays', fleet: {} }, { area: 3, minutes: 20 });
  assert.deepEqual(stays, { name: 'Bay', area: 3, trigger: 'stays', destinations: [], minutes: 20 });
});

test('what was saved comes back as the same draft', () => {
  const draft = { ...START, name: 'Bay', classes: ['loiter'], confidence: 0.6, fleet: { types: ['C17'] }, destinations: [4] };
  const again = draftOf({ id: 9, owner: 1, health: {}, ...bodyOf(draft, { area: 3 }) });
  assert.deepEqual(again, draft);
});

test('the past is asked for a draft with the area as it is drawn', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const asked = backtestOf(START, { where: { area: { circle: {} }, ...limitsOf({ floor_ft: 900 }) }, days: 7, now, budget: 5 });
  assert.equal(asked.start, '2026-11-13T12:00:00Z');
  assert.deepEqual(asked.area, { circle: {} });
  assert.deepEqual([asked.floor_ft, asked.ceiling_ft, asked.active], [900, null, {}]);
  assert.equal(asked.budget_a_day, 5);
  assert.equal('area' in asked.subscription || 'destinations' in asked.subscription, false);
});

test('a circle stays a circle and a corridor a corridor, there and back', () => {
  const circle = makeArea({ kind: 'circle', points: [[179.5, 10]], size: 60, name: 'Fiji' }); // prettier-ignore
  const corridor = makeArea({ kind: 'corridor', points: [[170, 0], [190, 0]], size: 20 }); // prettier-ignore
  assert.deepEqual(shapeOf(circle), { circle: { center: [179.5, 10], radius_m: 60_000 } });
  assert.deepEqual(shapeOf(corridor).corridor, { line: [[170, 0], [-170, 0]], width_m: 20_000 }); // prettier-ignore
  assert.deepEqual(areaOf({ geometry: null, properties: { name: 'Fiji', source: shapeOf(circle) } }), circle);
  const box = makeArea({ kind: 'rectangle', points: [[1, 50], [2, 51]] }); // prettier-ignore
  assert.equal(areaOf({ geometry: shapeOf(box).geometry, properties: { name: '', source: null } }).kind, 'polygon');
});

test('classes by priority, those that run first; every day of a span has a bar', () => {
  const classes = [{ id: 'b', title: 'B', priority: 'low' }, { id: 'a', title: 'A', priority: 'low', active: false }, { id: 'c', title: 'C', priority: 'high' }]; // prettier-ignore
  assert.deepEqual(classGroups(classes).map(([name, some]) => [name, some.map(({ id }) => id)]), [['high', ['c']], ['low', ['b', 'a']]]); // prettier-ignore
  assert.deepEqual(daysOf({ '2026-11-19': 2 }, '2026-11-18T12:00:00Z', '2026-11-20T12:00:00Z'), [['2026-11-18', 0], ['2026-11-19', 2], ['2026-11-20', 0]]); // prettier-ignore
});

test('a fault finds its field, or what that is part of', () => {
  assert.deepEqual(namesOf('fleet.icao24[3]'), ['fleet.icao24[3]', 'fleet.icao24', 'fleet']);
  assert.deepEqual(namesOf(null), []);
});

const alert = (seq, id = `a${seq}`) => readAlert({ id, geometry: null, properties: { seq, time: '2026-11-20T12:00:00Z', text: 'x' } });

test('alerts stand newest first and once, and broken ones are left out', () => {
  assert.deepEqual(merged([alert(2), alert(1)], [alert(3), alert(2)]).map(({ seq }) => seq), [3, 2, 1]); // prettier-ignore
  assert.equal(readAlert({ id: 'x', properties: { seq: 1, time: 'never' } }), null);
  assert.equal(readAlert({ id: 'x', geometry: { coordinates: ['a', 1] }, properties: { seq: 1, time: '2026-11-20T12:00:00Z' } }).place, null);
});

const one = (id, cls = 'loiter') => ({ id, cls, start: 0, end: 1, icao24: id, members: [], box: null });

test('anomalies of one incident are one row, in the place of the first of them; filters choose by incident', () => {
  const incident = readIncident({ id: 'i', properties: { start: '2026-11-20T12:00:00Z', band: 'review', status: 'seen', timeline: [{ anomaly: 'b' }, { anomaly: 'c' }] } });
  const incidentOf = (id) => (incident.anomalies.includes(id) ? incident : null);
  const list = [one('a'), one('b'), one('c', 'squawk')];
  const groups = groupsOf(list, { scopeOf: () => 'aircraft', incidentOf });
  assert.deepEqual(groups.map(({ lead, members }) => [lead.id, members.length]), [['a', 1], ['b', 2]]); // prettier-ignore
  assert.equal(groupsOf(list, { scopeOf: () => 'aircraft', incidentOf, filter: { band: 'review', status: TODO, queue: null } }).length, 1);
  assert.equal(isChosen(incident, { band: 'alert', status: '', queue: null }), false);
  assert.equal(isChosen(incident, { band: '', status: '', queue: { id: 'safety', classes: ['squawk'] } }), false);
  assert.equal(isChosen(incident, { band: '', status: '', queue: { id: 'research', classes: [], bands: ['review'], priority: 'low' } }), true);
});

test('the login leads back to exactly this view; roles have an order', () => {
  assert.equal(loginLink({ pathname: '/', search: '', hash: '#view=1,2,3' }), '/login?next=%2F%23view%3D1%2C2%2C3');
  assert.ok(ranks('admin') > ranks('viewer') && ranks('unheard of') === 0);
  assert.ok(tomorrow(Date.UTC(2026, 10, 20, 12)) > Date.UTC(2026, 10, 20, 12));
});

test('by priority, an incident stands where the priority that it shows belongs', () => {
  const told = { start: '2026-11-20T12:00:00Z', priority: 'critical', timeline: [{ anomaly: 'b' }, { anomaly: 'c' }] };
  const incident = readIncident({ id: 'i', properties: told });
  const incidentOf = (id) => (incident.anomalies.includes(id) ? incident : null);
  const list = ['a', 'b', 'c'].map((id) => ({ ...one(id), priority: 'high' }));
  const leads = (ranked) => groupsOf(list, { scopeOf: () => 'aircraft', incidentOf, ranked }).map(({ lead }) => lead.id);
  assert.deepEqual([leads(true), leads(false)], [['b', 'a'], ['a', 'b']]);
});

test('the summary of an incident leaves the times to the page', () => {
  const read = (summary) => readIncident({ id: 'i', properties: { start: '2026-11-20T12:00:00Z', summary } }).summary;
  assert.equal(read('Loiter (2 aircraft); 2026-11-30 01:46 to 01:52 UTC'), 'Loiter (2 aircraft)');
  assert.equal(read('Loiter (2 aircraft); 2026-11-30 23:46 to 2026-12-01 01:52 UTC'), 'Loiter (2 aircraft)');
  assert.equal(read('Loiter; 2026-11-30 01:46 UTC'), 'Loiter');
  assert.equal(read('TEST1: General emergency (7700) for 19 s'), 'TEST1: General emergency (7700) for 19 s');
});
