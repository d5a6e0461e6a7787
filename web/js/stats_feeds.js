// How the receivers and feeds are: state, last word, how far behind, what came in, and what was refused, dropped or failed, and why.
import { h } from './dom.js';
import { number, table } from './stats_tables.js';
import { TEXTS } from './texts.js';
import { clockText, dayText, parseTime, spanText } from './time.js';

const T = TEXTS.statistics;
const MOST = 20; // rows of reasons

// One answer for both, so that how far a feed lies behind is told of one moment.
export async function askFeeds(api) {
  const { feeds, data_time: now, lag_s: lag } = await api.get('/health');
  return { feeds, now: parseTime(now), lag };
}

export function showFeeds({ feeds, now, lag }) {
  if (!feeds.length) return h('p', { class: 'facts', text: T.noFeeds });
  const reasons = reasonsOf(feeds);
  return [
    Number.isFinite(lag) ? h('p', { class: 'facts', text: T.lag(number(Math.max(0, lag))) }) : null,
    table(columns(now), feeds, { name: T.feeds }),
    reasons.length ? table([[T.feed, ([name]) => name, 'words'], [T.reason, ([, why]) => why, 'words'], [T.times, ([, , n]) => number(n)]], reasons, { name: T.reasons }) : null, // prettier-ignore
  ];
}

const columns = (now) => [
  [T.feed, (feed) => String(feed.name)],
  [T.format, (feed) => String(feed.format ?? ''), 'words'],
  [T.state, state],
  [T.heard, ({ last_time: last }) => (last ? heard(parseTime(last)) : '–')],
  [T.behind, ({ last_time: last }) => behind(now - parseTime(last))],
  [T.rows, (feed) => count(feed.rows)],
  [T.refused, (feed) => number(Object.values(feed.rejected ?? {}).reduce((sum, n) => sum + Number(n || 0), 0))],
  [T.duplicates, (feed) => count(feed.duplicate)],
  [T.late, (feed) => count(feed.late)],
  [T.dropped, (feed) => count(feed.dropped)],
];

const heard = (ms) => `${dayText(ms)} ${clockText(ms)}`; // the year goes without saying
const count = (n) => number(Number(n ?? 0));
const behind = (ms) => (Number.isFinite(ms) ? spanText(Math.max(0, ms)) : '–');
const state = (feed) => h('span', { class: `feed-${feed.state}`, title: feed.last_error ?? '', text: T.states[feed.state] ?? String(feed.state ?? '') });

// [[feed, reason, count]], the most frequent first: rows that were refused, and errors that a feed got over.
export function reasonsOf(feeds) {
  const all = feeds.flatMap(({ name, rejected, errors }) => Object.entries({ ...rejected, ...errors }).map(([why, n]) => [String(name), why, Number(n)]));
  return all.filter(([, , n]) => n > 0).sort((a, b) => b[2] - a[2]).slice(0, MOST); // prettier-ignore
}
