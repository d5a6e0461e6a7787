// What one click shows: everything, anomalies, traffic, interference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isView, viewOf } from '../../../web/js/quick_views.js';
import { INITIAL } from '../../../web/js/state.js';

const CLASSES = [{ id: 'loiter' }, { id: 'ghost' }];

test('a view decides classes and traffic, and leaves every other layer as it is', () => {
  const own = { ...INITIAL, layers: { ...INITIAL.layers, zones: true } };
  const { off, layers } = viewOf('interference', own, CLASSES);
  assert.deepEqual([...off], ['loiter', 'ghost']);
  assert.deepEqual([layers.aircraft, layers.cells, layers.zones, layers.graticule], [false, true, true, true]);
});

test('the page begins with everything, and a class switched off is no view', () => {
  assert.ok(isView('everything', INITIAL, CLASSES));
  assert.ok(!isView('everything', { ...INITIAL, off: new Set(['ghost']) }, CLASSES));
  assert.ok(isView('traffic', { ...INITIAL, ...viewOf('traffic', INITIAL, CLASSES) }, CLASSES));
});
