// What the list shows when there is nothing in it, and why: still loading, failed, nothing heard yet, all switched off,
// filtered away, elsewhere, or all quiet.
import { h } from './dom.js';
import { icon } from './icons.js';
import { INITIAL } from './state.js';
import { SILENT_MS } from './status.js';
import { TEXTS } from './texts.js';
import { spanText, stampText, windowText } from './time.js';

const T = TEXTS.list;
const SKELETONS = 4;

// The elements to show. `elsewhere`: how many lie outside of the view.
export function emptyState({ anomalies, classes, clock, session, state, stored }, elsewhere) {
  const { live, window, off, desk } = state.get();
  const time = live ? T.inLast(windowText(window)) : T.then;
  if (anomalies.error) return say('info', T.failed, anomalies.error.message, button(T.again, () => session.loadAnomalies()));
  if (session.waiting) return say('clock', T.waiting, T.waitingWhy);
  if (anomalies.loading || !anomalies.covered || !clock.known()) return Array.from({ length: SKELETONS }, () => h('div', { class: 'skeleton' }));
  // Of a time before all that is stored nothing is known: neither is quiet.
  if (!live && stored?.before(clock.now())) return say('clock', T.unstored, T.unstoredWhy(stampText(stored.first)));
  if (classes.length && classes.every(({ id }) => off.has(id))) return say('eye', T.allOff, T.allOffWhy, button(T.allOn, () => state.set({ off: new Set() }))); // prettier-ignore
  if (Object.values(desk).some(Boolean)) return say('check', T.filtered, T.filteredWhy(time), button(T.unfilter, () => state.set({ desk: INITIAL.desk }))); // prettier-ignore
  if (elsewhere) return say('target', T.elsewhere, T.elsewhereWhy(elsewhere, time), button(T.everywhere, () => state.set({ extent: false }))); // prettier-ignore
  // While nothing is heard, quiet would be too much to say.
  if (live && clock.silentFor() > SILENT_MS) return say('clock', T.silent, T.silentWhy(spanText(clock.silentFor())));
  return say('check', T.nothing, T.nothingWhy(time));
}

const button = (text, onclick) => h('button', { class: 'button', type: 'button', text, onclick });

function say(name, title, text, ...more) {
  return [icon(name, 'icon large'), h('p', { class: 'empty-title', text: title }), h('p', { text }), ...more];
}
