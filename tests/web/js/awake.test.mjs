// What a page does that may have missed something: after sleep, after a login that ended, behind other pages.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Access } from '../../../web/js/access.js';
import { createApi } from '../../../web/js/api.js';
import { onAwake } from '../../../web/js/awake.js';
import { createBus } from '../../../web/js/bus.js';
import { Stream } from '../../../web/js/stream.js';

const settled = async () => {
  for (let i = 0; i < 8; i += 1) await null;
};

test('a page is awake when it is looked at, when the line is back, and when time has passed that no timer counted', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const [page, line] = [new EventTarget(), new EventTarget()];
  const told = [];
  let now = 0;
  onAwake((slept) => told.push(slept), { page, line, now: () => now });
  t.mock.timers.tick((now = 5000));
  assert.deepEqual(told, []);
  now += 600_000;
  t.mock.timers.tick(5000);
  page.dispatchEvent(new Event('visibilitychange'));
  line.dispatchEvent(new Event('online'));
  page.hidden = true;
  page.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(told, [true, false, false]);
});

// A stream over sources that only note that they were opened.
function streamed(t) {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const [bus, opened] = [createBus(), []];
  const make = (url) => {
    const source = Object.assign(new EventTarget(), { readyState: 1, url, close: () => (source.readyState = 2) });
    opened.push(source);
    return source;
  };
  new Stream(bus, { make });
  return { bus, opened };
}

test('after sleep the stream is opened anew, and after a mere look only where it was silent', (t) => {
  const { bus, opened } = streamed(t);
  bus.emit('awake', false);
  assert.equal(opened.length, 1, 'it spoke a moment ago');
  bus.emit('awake', true);
  assert.deepEqual([opened.length, opened[0].readyState], [2, 2]);
});

test('who looks again does not wait for the next try', (t) => {
  const { bus, opened } = streamed(t);
  opened[0].readyState = 2;
  opened[0].onerror();
  bus.emit('awake', false);
  t.mock.timers.tick(60_000);
  assert.equal(opened.length, 2, 'and the try that was waited for is not made too');
});

const ME = { account: 7, name: 'ann', role: 'analyst', open_reading: false };

async function known(...answers) {
  const [bus, heard] = [createBus(), []];
  const access = new Access({ bus, api: { get: async () => answers.shift() } });
  await access.load();
  bus.on('me', ({ account }) => heard.push(account));
  bus.on('trouble', (text) => heard.push(text));
  return { access, heard };
}

test('a login that has ended is noticed and said once', async () => {
  const out = { account: null, role: 'public', open_reading: false };
  const { access, heard } = await known(ME, ME, out, out);
  for (let i = 0; i < 3; i += 1) await access.check();
  assert.deepEqual([heard[0], heard.length, access.signedIn], [null, 2, false]);
  assert.match(heard[1], /ended/);
});

test('a server that cannot be asked has ended no login', async () => {
  const { access, heard } = await known(ME, Promise.reject(new Error('away')));
  await access.check();
  assert.deepEqual([heard, access.signedIn], [[], true]);
});

test('a refusal for want of a login is told to the page, in words for people', async () => {
  const fetched = mock.method(globalThis, 'fetch', async () => Response.json({ title: 'Unauthorized', detail: 'send an API key' }, { status: 401 })); // prettier-ignore
  let told = 0;
  const api = createApi({ unknown: () => (told += 1) });
  for (const asked of [api.get('/areas'), api.send('POST', '/areas', {})]) await assert.rejects(asked, /Log in and try again/);
  await settled();
  assert.equal(told, 2);
  fetched.mock.restore();
});
