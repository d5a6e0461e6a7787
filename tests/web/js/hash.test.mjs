// Links: every state goes into the address and comes back; a broken link gives the start state, never an error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddress, formatHash, parseHash } from '../../../web/js/hash.js';
import { INITIAL } from '../../../web/js/state.js';

test('the start state needs no words', () => assert.equal(formatHash(INITIAL), ''));

test('a full state comes back', () => {
  const state = {
    ...INITIAL, view: { lng: 33.5, lat: 34.875, zoom: 6.25, bearing: 0, pitch: 0 }, off: new Set(['loiter', 'squawk']), layers: { ...INITIAL.layers, zones: true, aircraft: false },
    projection: 'globe', window: 21600, live: false, at: Date.UTC(2026, 10, 20, 11), end: Date.UTC(2026, 10, 20, 12), selected: { kind: 'anomaly', id: 'a/1' },
  }; // prettier-ignore
  const back = parseHash(formatHash(state));
  for (const key of ['view', 'layers', 'projection', 'window', 'live', 'at', 'end', 'selected'])
    assert.deepEqual(back[key], state[key], key);
  assert.deepEqual([...back.off], [...state.off]);
});

test('which incidents are listed comes back, and nothing that is no name', () => {
  const desk = { band: 'alert', status: 'todo', queue: 'safety-1' };
  assert.deepEqual(parseHash(formatHash({ ...INITIAL, desk })).desk, desk);
  assert.deepEqual(parseHash('#desk=alert,<b>').desk, { ...INITIAL.desk, band: 'alert' });
});

test('an aircraft with a tilde can be linked', () => {
  const back = parseHash(formatHash({ ...INITIAL, selected: { kind: 'aircraft', id: '~2b0d0d/1' } }));
  assert.deepEqual(back.selected, { kind: 'aircraft', id: '~2b0d0d/1' });
});

for (const bad of [
  '#view=1,2',
  '#view=95,0,3',
  '#sel=anomaly:%E0%A4%A',
  '#win=7',
  '#at=yesterday',
  '#off=<img>',
  '#&&==',
]) {
  test(`a broken link is harmless: ${bad}`, () => {
    const back = parseHash(bad);
    assert.equal(back.view, undefined);
    assert.equal(back.live, true);
    assert.equal(back.selected, null);
    assert.equal(back.off.size, 0);
  });
}

test('an address that somebody gave is read before the page writes its own again', () => {
  const location = { hash: '#at=1', pathname: '/' };
  const address = createAddress({ location, history: { replaceState: (_, __, to) => (location.hash = to.startsWith('#') ? to : '') } });
  address.write('#at=2');
  location.hash = '#view=50,0,4';
  address.write('#at=3');
  assert.deepEqual([location.hash, address.read().view.lat], ['#view=50,0,4', 50]);
  address.write('');
  assert.equal(location.hash, '');
});
