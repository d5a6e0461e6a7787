// What the table of aircraft shows when there is none in it, and why: still starting, nobody heard, filtered away, or elsewhere.
import { NO_FILTER } from './craft_filter.js';
import { h } from './dom.js';
import { SILENT_MS } from './status.js';
import { TEXTS } from './texts.js';
import { TRAFFIC } from './texts/traffic_en.js';
import { spanText } from './time.js';

const T = TRAFFIC.table;
const SKELETONS = 3;

// The elements to show.
export function emptyTable(app) {
  const { session, state } = app;
  const why = whyEmpty(app);
  if (!why) return Array.from({ length: SKELETONS }, () => h('div', { class: 'skeleton' }));
  const acts = { unfilter: () => state.set({ craft: NO_FILTER }), goThere: () => session.fit() };
  const button = (name) => h('button', { class: 'button', type: 'button', text: T[name], onclick: acts[name] });
  return [h('p', { class: 'empty-title', text: why.title }), h('p', { text: why.text }), ...why.helps.map(button)];
}

// {title, text, helps: what would help, by name}; null while it is not known yet.
export function whyEmpty({ clock, fleet, session, state }) {
  const { live } = state.get();
  const say = (title, text, ...helps) => ({ title, text, helps });
  if (session.waiting) return say(TEXTS.list.waiting, T.waitingWhy);
  if (!clock.known() || !fleet.version) return null;
  if (!fleet.size && live && clock.silentFor() > SILENT_MS) return say(TEXTS.list.silent, T.silentWhy(spanText(clock.silentFor())));
  if (!fleet.size) return say(T.nobody, live ? T.nobodyNow : T.nobodyThen);
  if (!fleet.shown) return say(T.filtered, T.filteredWhy(fleet.size), 'unfilter');
  return say(T.none, T.elsewhere(fleet.shown), 'goThere', ...(fleet.shown < fleet.size ? ['unfilter'] : []));
}
