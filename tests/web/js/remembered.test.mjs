// What is remembered, and when it is done anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from '../../../web/js/remembered.js';

test('the same things in the same order are not worked on twice, anything else is', () => {
  let done = 0;
  const sum = remembered((list, by) => {
    done += 1;
    return list.length * by;
  });
  const [a, b] = [{}, {}];
  assert.deepEqual([sum([a, b], 2), sum([a, b], 2), done], [4, 4, 1]);
  assert.deepEqual([sum([b, a], 2), done], [4, 2]);
  assert.deepEqual([sum([b, a], 3), sum([b], 3), done], [6, 3, 4]);
});
