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

test('whoever needs it for something else is told what did not come, and only they', async () => {
  const later = createLater(() => Promise.reject(new Error('gone')), assert.fail);
  await assert.rejects(later.built(), /gone/);
});

class Link extends EventTarget {
  constructor(href, rel) {
    super();
    Object.assign(this, { href, rel });
  }
}

test('links begin to mean something, and a style sheet that does not come waits again', async () => {
  const links = [['js/rest.js', 'last'], ['css/watch.css', 'last'], ['js/panels.js', 'later']].map(([name, rel]) => new Link(`http://here/${name}`, rel)); // prettier-ignore
  const root = { querySelectorAll: (asked) => links.filter(({ rel }) => asked === `link[rel=${rel}]`) };
  const first = wake('last', root);
  assert.deepEqual(links.map(({ rel }) => rel), ['modulepreload', 'stylesheet', 'later']); // prettier-ignore
  links[1].dispatchEvent(new Event('error'));
  await assert.rejects(first, /watch\.css/);
  const second = wake('last', root);
  links[1].dispatchEvent(new Event('load'));
  await second;
  assert.equal(links[1].rel, 'stylesheet');
});
