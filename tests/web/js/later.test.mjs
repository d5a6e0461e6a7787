// What the first picture does without: fetched once, by whoever wants it first, and again where it did not come.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLater, wake } from '../../../web/js/later.js';

test('it is built once, and whoever wanted something of it gets that afterwards', async () => {
  const done = [];
  const later = createLater(async () => done.push('built'), assert.fail);
  await Promise.all([later(() => done.push('a')), later(), later(() => done.push('b'))]);
  assert.deepEqual(done, ['built', 'a', 'b']);
});

test('what did not come is told, and tried again by whoever wants it next', async () => {
  const done = [];
  const build = () => (done.push('tried'), done.length === 1 ? Promise.reject(new Error('gone')) : Promise.resolve());
  const later = createLater(build, ({ message }) => done.push(message));
  await later(() => done.push('never'));
  await later(() => done.push('at last'));
  assert.deepEqual(done, ['tried', 'gone', 'tried', 'at last']);
});

class Link extends EventTarget {
  constructor(href) {
    super();
    Object.assign(this, { href, rel: 'later' });
  }
}

test('links begin to mean something, and a style sheet that does not come waits again', async () => {
  const links = ['http://here/js/rest.js', 'http://here/css/watch.css'].map((href) => new Link(href));
  const root = { querySelectorAll: () => links.filter(({ rel }) => rel === 'later') };
  const first = wake(root);
  assert.deepEqual(links.map(({ rel }) => rel), ['modulepreload', 'stylesheet']); // prettier-ignore
  links[1].dispatchEvent(new Event('error'));
  await assert.rejects(first, /watch\.css/);
  const second = wake(root);
  links[1].dispatchEvent(new Event('load'));
  await second;
  assert.equal(links[1].rel, 'stylesheet');
});
