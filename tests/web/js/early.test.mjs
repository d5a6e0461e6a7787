// What is asked for before there is a map, and how the page takes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Anomalies } from '../../../web/js/anomalies.js';
import { createBus } from '../../../web/js/bus.js';
import { askEarly, newestOf } from '../../../web/js/early.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const iso = (ms) => new Date(ms).toISOString();
const table = (...times) => ({ size: times.length, columns: { position_time: Float64Array.from(times) } });

// A service that notes what it was asked.
function service(sky) {
  const asked = [];
  const note = (answer) => (...what) => (asked.push(what), Promise.resolve(answer));
  return { asked, get: note({ classes: [] }), sky: note(sky), items: note([]) };
}

test('the newest position of all pages tells the time', () => {
  assert.equal(newestOf([table(1, 5), table(3)]), 5);
  assert.equal(newestOf([]), 0);
});

test('anomalies of the window that ends with the newest aircraft are asked for at once', async () => {
  const api = service([table(NOON - 1000, NOON)]);
  const { span } = await askEarly(api, { live: true, window: 3600 }).anomalies;
  assert.deepEqual(span, [NOON - 60 * MINUTE, NOON]);
  const [name, { datetime }] = api.asked.at(-1);
  assert.deepEqual([name, datetime.split('/').map(Date.parse)], ['anomalies', span]);
});

test('a service that tells the time is not waited for to send its aircraft', async () => {
  const api = { ...service(null), sky: () => new Promise(() => {}), get: async (path) => (path === '/health' ? { data_time: iso(NOON) } : {}) };
  const { span } = await askEarly(api, { live: true, window: 3600 }).anomalies;
  assert.deepEqual(span, [NOON - 60 * MINUTE, NOON]);
});

test('where nothing tells the time, or the past is looked at, none are', async () => {
  for (const [sky, live] of [[[], true], [[table(NOON)], false]]) // prettier-ignore
    assert.equal(await askEarly(service(sky), { live, window: 3600 }).anomalies, null);
});

test('what is told again as it was stays the same thing', () => {
  const anomalies = new Anomalies({ bus: createBus(), api: service([]), clock: {} });
  const told = (state) => ({ id: 'a', geometry: { type: 'Point', coordinates: [0, 0] }, properties: { start: iso(NOON), state } });
  anomalies.take([told('open')]);
  const before = anomalies.get('a');
  anomalies.take([told('open')]);
  assert.equal(anomalies.get('a'), before);
  anomalies.take([told('closed')]);
  assert.equal(anomalies.get('a').open, false);
});

test('what could have changed before the stream was heard is asked for again, and no more', async () => {
  const api = service([]);
  const anomalies = new Anomalies({ bus: createBus(), api, clock: {} });
  const properties = { class: 'made-up', state: 'open', start: iso(NOON - MINUTE), end: iso(NOON) };
  anomalies.begin([NOON - 60 * MINUTE, NOON], [{ id: 'a', geometry: { type: 'Point', coordinates: [0, 0] }, properties }]);
  assert.ok(anomalies.get('a').open);
  await anomalies.load(NOON - 60 * MINUTE, NOON + MINUTE, { more: true });
  const spans = api.asked.map(([, { datetime }]) => datetime.split('/').map(Date.parse));
  assert.deepEqual(spans, [[NOON - 15 * MINUTE, NOON + MINUTE]]);
  assert.deepEqual(anomalies.covered, [NOON - 60 * MINUTE, NOON + MINUTE]);
});
