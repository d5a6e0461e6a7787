// The time machine's plain parts: the next anomaly, the field for a time, the address of a comparison, tiles of a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOpacity, parseOpacity } from '../../../web/js/fade.js';
import { formatMap, parseMap } from '../../../web/js/hash_map.js';
import { readSet, setText } from '../../../web/js/layer_sets.js';
import { INITIAL } from '../../../web/js/state.js';
import { tileQuery } from '../../../web/js/tile_overlays.js';
import { fieldText, readField } from '../../../web/js/time_jump.js';
import { neighbour } from '../../../web/js/time_steps.js';
import { matcher, parseOnly, placesIn } from '../../../web/js/where.js';

const at = (id, start) => ({ id, start });
const HOUR = 3_600_000;

test('the next anomaly is the next that began, and those of one second come one after the other', () => {
  const list = [at('c', 50_000), at('a', 10_000), at('b', 10_000), at('d', 90_000)];
  const from = (time, current, direction) => neighbour(list, { at: time, current, direction })?.id;
  assert.equal(from(0, null, 1), 'a');
  assert.equal(from(11_000, 'a', 1), 'b');
  assert.equal(from(11_000, 'b', 1), 'c');
  assert.equal(from(11_000, 'b', -1), 'a');
  assert.equal(from(60_000, 'a', -1), 'c', 'elsewhere in time the selected one does not count');
  assert.equal(from(91_000, 'd', 1), undefined);
});

test('a field for a time is read in the zone that the reader reads in', () => {
  const noon = Date.UTC(2026, 10, 20, 12);
  assert.equal(readField('2026-11-20T12:00', 'utc'), noon);
  assert.equal(readField(fieldText(noon, 'local'), 'local'), noon);
  for (const text of ['', 'yesterday', '2026-11-20', '2026-13-40T99:99']) assert.ok(Number.isNaN(readField(text, 'utc')));
});

test('comparison, opacity and place go through the address; nonsense does not', () => {
  const state = { ...INITIAL, compare: -86_400_000, opacity: { zones: 0.4 }, only: { kind: 'country', id: 'FR' } };
  const fields = new Map(formatMap(state).map((part) => part.split('=')));
  assert.deepEqual(parseMap(fields), { area: null, desk: INITIAL.desk, opacity: { zones: 0.4 }, compare: -86_400_000, only: state.only });
  const bad = new Map([['compare', '1e99'], ['faint', 'zones:-5,cells:0,x:50,tracks'], ['only', 'planet:mars'], ['area', 'x'], ['name', '%E0%A4%A']]); // prettier-ignore
  assert.deepEqual(parseMap(bad), { area: null, desk: INITIAL.desk, opacity: {}, compare: 0, only: null });
  assert.equal(parseMap(new Map([['only', 'area:here']])).only, null, 'an area that is not there chooses nothing');
});

test('a set is what is shown, without where and when', () => {
  const state = { ...INITIAL, off: new Set(['loiter']), layers: { ...INITIAL.layers, zones: true }, opacity: { zones: 0.5 }, view: { lng: 1, lat: 2, zoom: 3 }, live: false, at: 5, end: 6 }; // prettier-ignore
  const text = setText(state);
  assert.equal(text, '#off=loiter&flip=zones&faint=zones:50');
  const { off, layers, opacity, ...more } = readSet(text);
  assert.deepEqual([[...off], layers.zones, opacity, more], [['loiter'], true, { zones: 0.5 }, {}]);
  assert.equal(formatOpacity(parseOpacity('zones:50,cells:30', ['zones'])), 'zones:50');
});

test('tiles: the latest cells when live, those of the time shown otherwise, tracks of the window', () => {
  const now = Date.UTC(2026, 10, 20, 12, 3, 20);
  assert.equal(tileQuery('density', { live: true, at: now }), '');
  assert.equal(tileQuery('coverage', { live: false, at: now }), '?datetime=2026-11-20T12:00:00Z');
  const query = tileQuery('tracks', { live: true, at: now, span: [now - HOUR, now] });
  assert.equal(query, '?datetime=2026-11-20T11:00:00Z/2026-11-20T12:05:00Z&properties=icao24');
});

test('places are counted by what anomalies say of themselves, and choose by it', () => {
  const one = (country, fir) => ({ evidence: { context: { country: country && { code: country, name: country }, fir } }, feature: {} });
  const all = [one('FR', { id: 'LFFF', name: 'Paris' }), one('FR', null), one(null, null), { evidence: {}, feature: {} }];
  assert.deepEqual(placesIn(all, 'country'), [{ kind: 'country', id: 'FR', name: 'FR', count: 2 }]);
  assert.equal(all.filter(matcher({ only: parseOnly('fir:LFFF') })).length, 1);
  assert.equal(parseOnly('fir:<b>'), null);
});
