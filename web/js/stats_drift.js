// Whether the traffic of the last minutes is still like what the sequence model learned from, feature by feature.
import { h } from './dom.js';
import { number, table } from './stats_tables.js';
import { TEXTS } from './texts.js';

const T = TEXTS.statistics;
const MARKS = { stable: 'feed-ok', changed: 'feed-silent', shifted: 'feed-error' };

export function showDrift({ model, rows, enough, level, features }) {
  if (!model) return h('p', { class: 'facts', text: T.noModel });
  if (!enough) return h('p', { class: 'facts', text: T.fewRows(rows) });
  return [
    h('p', { class: 'facts' }, mark(level), ` ${T.driftOf(rows)}`),
    table(
      [
        [T.feature, ({ id }) => id.replaceAll('_', ' ')],
        [T.unit, ({ unit }) => unit, 'words'],
        [T.index, ({ index }) => number(index)],
        [T.drift, ({ level: own }) => mark(own)],
      ],
      features,
      { name: T.drift },
    ),
  ];
}

const mark = (level) => h('span', { class: MARKS[level] ?? '', text: T.levels[level] ?? level });
