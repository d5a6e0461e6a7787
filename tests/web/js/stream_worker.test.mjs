// The thread that hears the stream: what it tells the page, in which order, and what becomes of a tick that is broken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

class Source extends EventTarget {
  readyState = 1;
  constructor(url) {
    super();
    Source.last = Object.assign(this, { url });
  }
  tell(type, data, lastEventId = '') {
    this.dispatchEvent(Object.assign(new Event(type), { data, lastEventId }));
  }
}

const told = [];
Object.assign(globalThis, { onmessage: null, EventSource: Source, postMessage: (message, moved) => told.push([message, moved]) });
await import('../../../web/js/stream_worker.js');

test('ticks are told unpacked and in the order they came, a broken one as it is', { timeout: 20_000 }, async () => {
  globalThis.onmessage({ data: { url: '/stream', types: ['clock', 'aircraft'], packed: 'aircraft' } });
  const source = Source.last;
  source.onopen();
  source.tell('aircraft', gzipSync(Buffer.alloc(2_000_000, 'long')).toString('base64'), '7');
  source.tell('aircraft', gzipSync('cut short').toString('base64').slice(0, 16));
  source.tell('aircraft', '<no base64>');
  source.tell('aircraft', gzipSync('last').toString('base64'));
  source.tell('clock', '{}');
  while (told.length < 6) await new Promise((resolve) => setTimeout(resolve, 1));
  const [open, clock, first, cut, odd, last] = told.map(([message]) => message);
  assert.deepEqual([source.url, open, clock], ['/stream', { state: 1, type: 'open' }, { state: 1, type: 'clock', data: '{}', lastEventId: '' }]);
  assert.deepEqual([first.data.length, first.lastEventId, Buffer.from(last.data).toString()], [2_000_000, '7', 'last']);
  assert.equal(told[2][1][0], first.data.buffer); // moved, not copied
  assert.deepEqual([typeof cut.data, odd.data], ['string', '<no base64>']);
});

test('that the source failed for good is told with its state', () => {
  Source.last.readyState = 2;
  Source.last.onerror();
  assert.deepEqual(told.at(-1)[0], { state: 2, type: 'error' });
});
