// Colours from the server: only plain ones get through, and dark ones are made light enough to see.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeColor } from '../../../web/js/dom.js';

test('what is no colour becomes a grey', () => {
  for (const bad of [null, 'red;}', 'url(x)', '#12', 7]) assert.equal(safeColor(bad), '#8ea4bd');
});

test('a light colour stays, a dark one is lifted', () => {
  assert.equal(safeColor('#ffd24a'), '#ffd24a');
  assert.notEqual(safeColor('#300010'), '#300010');
});
