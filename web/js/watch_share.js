// Areas and subscriptions as a file for somebody else, and such files taken in.
import { h } from './dom.js';
import { icon } from './icons.js';
import { doing } from './menu.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.subscriptions;
const MOST_BYTES = 2_000_000;

export function shareButtons(app) {
  const file = h('input', { type: 'file', accept: '.json,application/json', class: 'sr-only', tabindex: '-1', 'aria-hidden': 'true', onchange: () => take(app, file) }); // prettier-ignore
  return h(
    'div',
    { class: 'actions watch-foot' },
    h('a', { class: 'button', href: '/sharing', download: 'skysift-areas.json', title: T.shareTip }, icon('download'), T.share),
    wordButton('upload', T.take, () => file.click()),
    file,
  );
}

async function take(app, input) {
  const [file] = input.files;
  input.value = '';
  if (!file) return;
  await doing(app, null, async () => {
    const said = await app.watch.change('POST', '/sharing', await readShared(file));
    const counted = (part) => (Array.isArray(said?.[part]) ? said[part].length : Number(said?.[part] ?? 0));
    app.bus.emit('trouble', T.taken(counted('areas'), counted('subscriptions')));
  });
}

// The content of a sharing file; a refusal says what it is instead.
export async function readShared(file) {
  if (file.size > MOST_BYTES) throw new Error(T.large(file.name, MOST_BYTES / 1e6));
  try {
    return JSON.parse(await file.text());
  } catch {
    throw new Error(T.notJson(file.name));
  }
}
