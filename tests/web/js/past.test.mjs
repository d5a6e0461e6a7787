// Looking into the past: before all that is stored, on at another place while it plays, fast enough that positions last longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBus } from '../../../web/js/bus.js';
import { createClock } from '../../../web/js/clock.js';
import { createState } from '../../../web/js/state.js';
import { Stored } from '../../../web/js/stored.js';
import { TimeMachine } from '../../../web/js/timemachine.js';

const NOW = Date.UTC(2026, 10, 30, 5);
const HOUR = 3_600_000;

// A time machine at five o'clock over a store that answers with what is given.
function world(t, stored = []) {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const asked = [];
  const clock = createClock(() => 0);
  clock.sync(NOW);
  const map = { on: () => {}, triggerRepaint: () => {}, getBounds: () => ({ getWest: () => 0, getEast: () => 1, getSouth: () => 0, getNorth: () => 1 }) };
  const app = { bus: createBus(), clock, map, state: createState(), session: { loadAircraft: () => {} } };
  app.fleet = { reach: 60, clear: () => {}, apply: () => {} };
  app.api = { sky: async (query) => (asked.push(query), []), items: async () => stored };
  app.span = () => [NOW - HOUR, NOW];
  app.time = new TimeMachine(map, app);
  return { app, asked };
}

test('a click into the bar while it plays plays on from there, and another one stops', (t) => {
  const { app, asked } = world(t);
  app.state.set({ live: false, at: NOW - HOUR, end: NOW, speed: 300 });
  app.time.scrub(NOW - HOUR / 2, { playing: true });
  assert.deepEqual([app.state.get().speed, app.clock.now()], [300, NOW - HOUR / 2]);
  t.mock.timers.tick(400);
  assert.equal(Date.parse(asked.at(-1).at), NOW - HOUR / 2 + 225_000, 'asked for is the middle of what the answer stands for');
  app.time.scrub(NOW - HOUR / 4);
  assert.equal(app.state.get().speed, 0);
});

test('a position has to do for as long as none follows, at three hundred times as for live', (t) => {
  const { app } = world(t);
  app.state.set({ live: false, at: NOW - HOUR, end: NOW, speed: 300 });
  assert.equal(app.fleet.reach, 900);
  app.state.set({ live: true, speed: 0 });
  assert.equal(app.fleet.reach, 60);
});

test('what lies before the oldest that is stored is known once somebody looks there', async (t) => {
  const { app } = world(t, [{ properties: { start: '2026-11-30T02:25:00Z' } }]);
  const stored = new Stored(app);
  const told = new Promise((resolve) => app.bus.on('stored', resolve));
  assert.ok(!stored.before(0), 'nothing is said before it is known');
  app.state.set({ live: false, at: NOW - 100 * HOUR });
  await told;
  assert.deepEqual([stored.before(NOW - 100 * HOUR), stored.before(NOW - HOUR)], [true, false]);
});
