// Data time: in words, on an axis, and running on between two words from the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../../web/js/clock.js';
import { agoText, clockText, parseTime, spanText, ticks } from '../../../web/js/time.js';

const NOON = Date.UTC(2026, 10, 20, 12);

test('words for times', () => {
  assert.equal(clockText(NOON + 5000), '12:00:05');
  assert.equal(agoText(NOON - 60_000, NOON), '60 s ago');
  assert.equal(agoText(NOON - 7_200_000, NOON), '2 h ago');
  assert.equal(spanText(5_400_000), '1 h 30 min');
  assert.equal(spanText(7_190_000), '2 h');
});

test('times come as text or as milliseconds', () => {
  assert.equal(parseTime('2026-11-20T12:00:00Z'), NOON);
  assert.equal(parseTime(NOON), NOON);
  assert.ok(Number.isNaN(parseTime(null)));
});

test('ticks are whole steps, and few', () => {
  const list = ticks(NOON - 3_600_000 + 17, NOON, 6);
  assert.ok(list.length <= 7 && list.every((t) => t % 600_000 === 0));
});

test('the clock runs on between ticks and stops when the server falls silent', () => {
  let wall = 0;
  const clock = createClock(() => wall);
  assert.equal(clock.known(), false);
  clock.sync(NOON);
  wall = 1000;
  assert.equal(clock.now(), NOON + 1000);
  wall = 60_000;
  assert.equal(clock.now(), NOON + 12_000);
  assert.equal(clock.silentFor(), 60_000);
});

test('a recording that is played fast moves the clock fast', () => {
  let wall = 0;
  const clock = createClock(() => wall);
  for (let i = 0; i < 12; i++) {
    clock.sync(NOON + i * 10_000);
    wall += 1000;
  }
  assert.ok(clock.rate() > 9 && clock.rate() < 11, String(clock.rate()));
});

test('the past is played at its own speed and never overtakes now', () => {
  let wall = 0;
  const clock = createClock(() => wall);
  clock.sync(NOON);
  clock.play(NOON - 60_000, 10);
  wall = 2000;
  assert.equal(clock.now(), NOON - 40_000);
  wall = 11_000;
  assert.equal(clock.now(), NOON + 11_000);
  clock.follow();
  assert.equal(clock.now(), NOON + 11_000);
});
