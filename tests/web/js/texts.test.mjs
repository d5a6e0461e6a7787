// Words that a reader sees stand in texts/en.js and the files beside it, and nowhere else.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const JS = new URL('../../../web/js/', import.meta.url);
// A property, a button or a notice whose words are written where it is made.
const PROPERTY = /(?:\btext|\btitle|'aria-label'|\bdoes|\bplaceholder): ['`][A-Za-z][^'`]*/;
const CALL = /(?:iconButton|wordButton|[bB]lock)\((?:'\w+', )?['`][A-Z][^'`]*|'trouble', ['`][A-Z][^'`]*/;
// What is thrown is shown too: a sentence begins with a capital.
const THROWN = /Error\(['`][A-Z][a-z]+ /;
const OUR_NAME = /text: 'Skysift/;

function written(name) {
  const lines = readFileSync(new URL(name, JS), 'utf8').split('\n');
  return lines.filter((line) => (PROPERTY.test(line) || CALL.test(line) || THROWN.test(line)) && !OUR_NAME.test(line));
}

test('no file but the texts has words of its own', () => {
  const files = readdirSync(JS).filter((name) => name.endsWith('.js') && name !== 'icons.js');
  const found = files.filter((name) => written(name).length);
  assert.deepEqual(found, [], found.map((name) => [name, ...written(name)].join('\n')).join('\n'));
});
