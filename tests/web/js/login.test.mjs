// Where the login page leads afterwards: nowhere but to this service.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onward } from '../../../web/js/login.js';

const HERE = 'http://sky.test';

for (const [asked, wanted] of [
  ['/collections?f=html&x=1#a', '/collections?f=html&x=1#a'],
  [null, '/'],
  ['', '/'],
  ['https://evil.test/', '/'],
  ['//evil.test/', '/'],
  ['/\\evil.test', '/'],
  ['/\t/evil.test', '/'],
  ['javascript:alert(1)', '/'],
])
  test(`next=${JSON.stringify(asked)}`, () => assert.equal(onward(asked, HERE), wanted));
