// On the card of a class: how often it was right by what people said, asked for once in a while.
import { h } from './dom.js';
import { block } from './parts.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.precision;
const FRESH_MS = 60_000;
let known = { at: -Infinity, answer: null };

async function precisions(api) {
  if (performance.now() - known.at > FRESH_MS) known = { at: performance.now(), answer: api.get('/precision') };
  return (await known.answer).classes;
}

// Fills itself when the answer is there; without one the card does without.
export function precisionBlock(app, id) {
  const root = h('div', { class: 'precision' });
  precisions(app.api).then(
    (classes) => root.replaceChildren(block(T.title, lines(classes[id]))),
    () => (known = { at: -Infinity, answer: null }),
  );
  return root;
}

function lines(one) {
  if (!one?.reviewed) return h('p', { text: T.none });
  const percent = Math.round(100 * one.precision);
  return [h('p', { text: T.line(percent, one.confirmed, one.reviewed) }), one.too_few ? h('p', { class: 'facts', text: T.few(one.too_few) }) : null].filter(Boolean); // prettier-ignore
}
