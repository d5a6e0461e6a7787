// Keys that work anywhere: whoever speaks to the computer can have those of one letter off, and keeps the others.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { formatHash } from '../../../web/js/hash.js';
import { meant } from '../../../web/js/keys.js';
import { INITIAL } from '../../../web/js/state.js';

const TABLE = [['l', 'ArrowDown'], ['Escape'], [' ']].map((keys) => ({ keys }));
const prefer = (keys) => (globalThis.document = { documentElement: { dataset: { keys } } });
afterEach(() => delete globalThis.document);

const at = (...selectors) => ({ closest: (asked) => selectors.some((one) => asked.split(', ').includes(one)) });
const of = (key, target, more = {}) => meant(TABLE, { key, target, ...more })?.keys[0];

test('a key is meant unless something has it for itself', () => {
  prefer('on');
  assert.deepEqual([of('L', at()), of('l', null), of('Escape', at('button')), of('x', at())], ['l', 'l', 'Escape', undefined]);
  for (const [key, where] of [['l', 'textarea'], ['ArrowDown', '[role=slider]'], [' ', 'button']]) assert.equal(of(key, at(where)), undefined); // prettier-ignore
  assert.equal(of('l', at(), { ctrlKey: true }), undefined);
});

test('without keys of one letter the others stay', () => {
  prefer('off');
  assert.deepEqual([of('l', at()), of(' ', at()), of('Escape', at()), of('ArrowDown', at())], [undefined, undefined, 'Escape', 'l']);
});

test('the choice is of this machine alone: no link carries it to others', () => assert.equal(formatHash({ ...INITIAL, keys: 'off' }), ''));
