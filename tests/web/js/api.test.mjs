// What the page says of requests that were refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi, waitOf } from '../../../web/js/api.js';

const NOW = Date.parse('2026-11-30T08:00:00Z');

for (const [header, seconds] of [
  ['7', 7],
  ['Mon, 30 Nov 2026 08:01:00 GMT', 60],
  ['Mon, 30 Nov 2026 07:00:00 GMT', 0],
  ['', 0],
  ['soon', 0],
])
  test(`Retry-After ${JSON.stringify(header)}`, () => assert.equal(waitOf(header, NOW), seconds));

for (const [status, body, headers, message] of [
  [429, '<h1>429</h1>', { 'Retry-After': '7' }, 'Too many requests: try again in 7 s'],
  [503, '', {}, 'The server is not available now'],
  [418, '', {}, 'HTTP 418'],
  [503, '{"title": "Service Unavailable", "detail": "the database took too long"}', { 'Retry-After': '3' }, 'Service Unavailable: the database took too long; try again in 3 s'],
])
  test(`${status} with ${body || 'nothing'}`, async (context) => {
    context.mock.method(globalThis, 'fetch', async () => new Response(body, { status, headers }));
    await assert.rejects(createApi().get('/health'), { message, status });
  });
