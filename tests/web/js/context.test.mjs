// Distances, directions and weather in words; nonsense gives no words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { away, weatherText } from '../../../web/js/context.js';

test('how far, and in which direction', () => {
  assert.equal(away({ distance_nmi: 3.74, bearing_deg: 44 }, 'KWVI'), '3.7 nmi NE of KWVI');
  assert.equal(away({ distance_nmi: 120.6, bearing_deg: 359 }, 'KWVI'), '121 nmi N of KWVI');
  assert.equal(away({ distance_nmi: 0.2, bearing_deg: 90 }, 'KWVI'), 'at KWVI');
  assert.equal(away({ distance_nmi: 'x' }, 'KWVI'), 'KWVI');
  assert.equal(away(null, ''), '');
});

test('a METAR in words', () => {
  assert.equal(weatherText({ wind_kt: 0, visibility_m: 6400 }), 'calm · visibility 6 km');
  assert.equal(weatherText({ wind_kt: 6, ceiling_ft: 1200, weather: 'fog' }), 'wind variable 6 kt · ceiling 1,200 ft · fog');
  assert.equal(weatherText({ wind_kt: '6', weather: {} }), '');
  assert.equal(weatherText(null), '');
});
