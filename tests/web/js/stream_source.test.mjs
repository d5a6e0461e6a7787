// The stream's source in another thread: what that says is heard here as from an EventSource.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwaySource } from '../../../web/js/stream_source.js';

function opened() {
  const worker = { sent: [], ended: false, postMessage: (one) => worker.sent.push(one), terminate: () => (worker.ended = true) };
  const source = new AwaySource('/stream', { types: ['clock', 'aircraft'], packed: 'aircraft', make: () => worker });
  return { worker, source, tell: (data) => worker.onmessage({ data }) };
}

test('it says what to hear, and tells what was heard', () => {
  const { worker, source, tell } = opened();
  const heard = [];
  source.addEventListener('clock', ({ type, data, lastEventId }) => heard.push([type, data, lastEventId]));
  source.onopen = () => heard.push('open');
  tell({ type: 'open', state: 1 });
  tell({ type: 'clock', state: 1, data: '{}', lastEventId: '41' });
  assert.deepEqual(worker.sent, [{ url: '/stream', types: ['clock', 'aircraft'], packed: 'aircraft' }]);
  assert.deepEqual(heard, ['open', ['clock', '{}', '41']]);
  assert.equal(source.readyState, 1);
});

test('a thread that does not start is a source that has failed for good', () => {
  const { worker, source } = opened();
  let failed = 0;
  source.onerror = () => (failed += 1);
  worker.onerror();
  assert.deepEqual([failed, source.readyState], [1, 2]);
});

test('closing ends the thread', () => {
  const { worker, source } = opened();
  source.close();
  assert.deepEqual([worker.ended, source.readyState], [true, 2]);
});
