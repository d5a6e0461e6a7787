// The page's own colours under colour blindness: lines of one chart, and priorities, stay apart by day and by night.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const CSS = readFileSync(new URL('../../../web/css/tokens.css', import.meta.url), 'utf8');

// Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
const SEEN = {
  everyone: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function token(name) {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#[0-9a-f]+), (#[0-9a-f]+)\\)`).exec(CSS);
  return { light, dark };
}

function linear(hex) {
  const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join('') : hex.slice(1);
  return full.match(/../g).map((v) => parseInt(v, 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)); // prettier-ignore
}

// Björn Ottosson's OKLab: a distance of 0.02 is just to be seen.
function oklab([r, g, b]) {
  const l = Math.cbrt(Math.max(0, 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b));
  const m = Math.cbrt(Math.max(0, 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b));
  const s = Math.cbrt(Math.max(0, 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b));
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

const seenBy = (m, [r, g, b]) => [0, 3, 6].map((i) => m[i] * r + m[i + 1] * g + m[i + 2] * b);
const apart = (a, b) => Math.hypot(...a.map((v, i) => v - b[i]));

function closest(names, theme, eyes) {
  const colors = names.map((name) => oklab(seenBy(SEEN[eyes], linear(token(name)[theme]))));
  const pairs = colors.flatMap((a, i) => colors.slice(i + 1).map((b, j) => [apart(a, b), `${names[i]} and ${names[i + j + 1]}`]));
  return pairs.sort((x, y) => x[0] - y[0])[0];
}

for (const theme of ['light', 'dark'])
  for (const eyes of Object.keys(SEEN)) {
    test(`two lines of one chart stay apart: ${theme}, ${eyes}`, () => {
      const [distance, pair] = closest(['chart-a', 'chart-b', 'chart-c'], theme, eyes);
      assert.ok(distance > 0.06, `${pair}: ${distance.toFixed(3)}`);
    });
    test(`six aircraft stay apart: ${theme}, ${eyes}`, () => {
      const [distance, pair] = closest(['chart-a', 'chart-b', 'chart-c', 'chart-d', 'chart-e', 'chart-f'], theme, eyes);
      assert.ok(distance > 0.04, `${pair}: ${distance.toFixed(3)}`);
    });
    test(`priorities stay apart: ${theme}, ${eyes}`, () => {
      const [distance, pair] = closest(['critical', 'medium', 'low'], theme, eyes);
      assert.ok(distance > 0.06, `${pair}: ${distance.toFixed(3)}`);
    });
  }
