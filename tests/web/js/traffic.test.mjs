// Which aircraft are shown: the choice in the address, the test of one aircraft, and what the fleet leaves out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf } from '../../../web/js/craft.js';
import { formatFilter, isFiltering, NO_FILTER, oddOnes, parseFilter, sieveOf, sourceKind, tidy, toggled, withEnd } from '../../../web/js/craft_filter.js';
import { chipsOf } from '../../../web/js/filter_chips.js';
import { Fleet } from '../../../web/js/fleet.js';
import { mercatorX, mercatorY, nearestOf } from '../../../web/js/geo.js';
import { formatHash, parseHash } from '../../../web/js/hash.js';
import { INITIAL } from '../../../web/js/state.js';
import { SHAPE } from '../../../web/js/silhouettes.js';

const all = { low: 1000, high: 24_000, where: 'air', kinds: 'jet,glider', sources: 'mlat,tisb', text: 'BAW G-AB', odd: true };

test('every part of a filter goes through the address and back', () => {
  assert.deepEqual({ ...parseFilter(formatFilter(all)) }, all);
  for (const [name, value] of Object.entries(all)) {
    const one = { ...NO_FILTER, [name]: value };
    assert.deepEqual({ ...parseHash(formatHash({ ...INITIAL, craft: one })).craft }, one, name);
  }
  assert.equal(formatFilter(NO_FILTER), '');
  assert.equal(formatHash({ ...INITIAL }), '');
});

test('nonsense in an address filters nothing', () => {
  for (const text of ['', 'low:+~high:%20', 'low:x~high:1e9', 'where:sea~kinds:ufo~sources:radar', 'text:%E0%A4%A', 'low:Infinity', '~~~', undefined])
    assert.equal(isFiltering(parseFilter(text)), false, text);
  assert.equal(parseFilter('low:9000~high:100').high, null);
  assert.equal(parseFilter(`text:${'A'.repeat(900)}`).text.length, 40);
  assert.equal(tidy(' ba<w>;  '), 'BA W');
  assert.equal(parseFilter('text:BAW+A32').text, 'BAW A32');
  assert.equal(parseFilter('kinds:ufo+glider,jet%2Blight').kinds, 'jet,light,glider');
});

test('a band has its ends in order: the one that was just set stays', () => {
  assert.deepEqual(withEnd({ low: null, high: 9000 }, 'low', 9000), { low: 9000, high: 9000 });
  assert.deepEqual(withEnd({ low: null, high: 9000 }, 'low', 9001), { low: 9001, high: null });
  assert.deepEqual(withEnd({ low: 9000, high: null }, 'high', 100), { low: null, high: 100 });
  assert.deepEqual(withEnd({ low: 9000, high: 100 }, 'high', null), { low: 9000, high: null });
});

test('choices of several stay in their order', () => {
  assert.equal(toggled('', 'b', ['a', 'b']), 'b');
  assert.equal(toggled('b', 'a', ['a', 'b']), 'a,b');
  assert.equal(toggled('a,b', 'a', ['a', 'b']), 'b');
});

// One aircraft as the columns and the thin object have it.
function passes(filter, { altitude = 20_000, ground = 0, kind = SHAPE.jet, odd = undefined, ...more } = {}) {
  const one = { key: keyOf('abc123'), id: 'abc123', callsign: 'BAW12', registration: 'G-ABCD', type_code: 'A320', source: 'adsb_icao', ...more };
  const sieve = sieveOf({ ...NO_FILTER, ...filter }, odd);
  return sieve({ baro_altitude: [altitude], ground: [ground], kind: [kind] }, 0, one);
}

test('bands of altitude: ends included, the ground at the bottom, the unknown in none', () => {
  assert.equal(passes({ low: 20_000 }), true);
  assert.equal(passes({ high: 19_999 }), false);
  assert.equal(passes({ low: 0, high: 500 }, { ground: 1, altitude: NaN }), true);
  assert.equal(passes({ low: 100 }, { ground: 1, altitude: NaN }), false);
  assert.equal(passes({ high: 90_000 }, { altitude: NaN }), false);
});

test('air or ground, kind, source and anomalies', () => {
  assert.equal(passes({ where: 'ground' }), false);
  assert.equal(passes({ where: 'air' }), true);
  assert.equal(passes({ kinds: 'helicopter,unknown' }), false);
  assert.equal(passes({ kinds: 'helicopter,unknown' }, { kind: -1 }), true);
  assert.equal(passes({ sources: 'mlat' }), false);
  assert.equal(passes({ sources: 'mlat' }, { source: 'mlat' }), true);
  assert.equal(passes({ odd: true }), false);
  assert.equal(passes({ odd: true }, { odd: oddOnes([{ icao24: 'abc123', members: [] }]) }), true);
  assert.equal(passes({ odd: true }, { odd: oddOnes([{ icao24: null, members: ['abc123/2'] }]), key: keyOf('abc123/1') }), true);
});

test('an anomaly counts once for each aircraft that it names, sub-tracks for their address', () => {
  const odd = oddOnes([{ icao24: 'abc123', members: ['abc123', 'abc123/1', '~00000a'] }, { icao24: 'abc123/1', members: [] }, { icao24: null, members: [] }]); // prettier-ignore
  assert.deepEqual([...odd], [[keyOf('abc123'), 2], [keyOf('~00000a'), 1]]); // prettier-ignore
});

test('text finds parts of names, and beginnings of types', () => {
  assert.equal(passes({ text: 'AW1' }), true);
  assert.equal(passes({ text: 'G-AB' }), true);
  assert.equal(passes({ text: 'ABC1' }), true);
  assert.equal(passes({ text: 'A32' }), true);
  assert.equal(passes({ text: '320' }), false);
  assert.equal(passes({ text: 'DLH BAW' }), true);
});

test('sources by kind', () => {
  assert.deepEqual(['adsb_icao', 'adsr_other', 'uat', 'tisb_other', 'mlat', 'mode_s', ''].map(sourceKind), ['adsb', 'adsb', 'adsb', 'tisb', 'mlat', 'other', 'other']);
});

test('chips say each filter, and taking all of them away shows everything', () => {
  const chips = chipsOf(all);
  assert.deepEqual(chips.map(({ text }) => text), ['1,000 ft to 24,000 ft', 'In the air', 'Jet, Glider', 'MLAT, TIS-B', '“BAW G-AB”', 'With anomalies']); // prettier-ignore
  assert.deepEqual(chips.reduce((filter, { off }) => ({ ...filter, ...off }), all), { ...NO_FILTER });
  assert.deepEqual(chipsOf(NO_FILTER), []);
});

const sky = (...lons) => ({ size: lons.length, columns: { icao24: Float64Array.from(lons, (_, i) => 0xabc000 + i), position_time: new Float64Array(lons.length).fill(1e12), lon: Float64Array.from(lons), lat: new Float64Array(lons.length), baro_altitude: Float64Array.from(lons, (_, i) => i * 1000) } });

test('a fleet leaves out what does not pass, except what is chosen, now and with each update', () => {
  const fleet = new Fleet({ clock: { now: () => 1e12 }, wall: () => 0 });
  fleet.apply([sky(1, 2, 3)]);
  fleet.sift(sieveOf({ ...NO_FILTER, low: 2000 }));
  const seen = () => {
    const ids = [];
    fleet.eachWhere(({ id }) => ids.push(id));
    return ids;
  };
  assert.deepEqual([fleet.shown, fleet.size, seen()], [1, 3, ['abc002']]);
  assert.equal(nearestOf(fleet, mercatorX(1), mercatorY(0), 1e-3), null);
  fleet.emphasise('abc000');
  assert.deepEqual(seen(), ['abc000', 'abc002']);
  fleet.apply([sky(1, 2, 3, 4)]);
  assert.equal(fleet.shown, 3);
  fleet.emphasise(null);
  fleet.sift(null);
  assert.equal(fleet.shown, 4);
});
