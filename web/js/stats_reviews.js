// Reviews on the statistics page: how often each class was right, the confidence that is proposed, and what was accepted.
import { h } from './dom.js';
import { doing } from './menu.js';
import { percent } from './stats_tiles.js';
import { WATCH } from './texts/watch_en.js';
import { dateText, parseTime } from './time.js';

const T = WATCH.proposals;
const USUAL = 10; // false alarms a day

export async function reviewData(api, budget = USUAL) {
  const asked = [['/precision'], ['/proposals', { alarms_a_day: budget }], ['/rules'], ['/classes'], ['/me']];
  const [right, proposed, { rules }, { classes }, me] = await Promise.all(asked.map((one) => api.get(...one)));
  const titles = new Map(classes.map(({ id, title }) => [id, title]));
  const ids = [...new Set([...Object.keys(right.classes), ...Object.keys(proposed.classes)])];
  const rows = ids.map((id) => ({ id, title: titles.get(id) ?? id, right: right.classes[id], proposed: proposed.classes[id] }));
  const held = rules.filter(({ ended }) => !ended);
  return { rows: rows.sort(byReviews), rules: held, budget, titles, may: ['analyst', 'admin'].includes(me.role) };
}

const reviewed = ({ right, proposed }) => right?.reviewed ?? proposed?.reviewed ?? 0;
const byReviews = (a, b) => reviewed(b) - reviewed(a) || (a.title < b.title ? -1 : 1);

export function showReviews(data, { api }) {
  const root = h('div', { class: 'stats-reviews' });
  const app = { bus: { emit: (_, text) => root.prepend(h('p', { class: 'notice', role: 'alert', text })) } };
  // Does something, and shows what came of it; `budget` where that is what changed.
  const act = (button, run, budget = data.budget) =>
    doing(app, button, async () => {
      await run();
      root.replaceWith(showReviews(await reviewData(api, budget), { api }));
    });
  root.append(...parts(data, { api, act }));
  return root;
}

function parts({ rows, rules, budget, titles, may }, { api, act }) {
  const some = rows.filter((row) => reviewed(row) > 0);
  const most = h('input', { type: 'number', min: 0.1, max: 10_000, step: 'any', value: budget, onchange: () => act(null, async () => {}, Number(most.value) || USUAL) }); // prettier-ignore
  const held = rules.length ? [h('h3', { text: T.rules }), table([T.class, T.now, T.by, T.since, ''], rules.map((rule) => ruleRow(rule, titles, may, { api, act })))] : []; // prettier-ignore
  if (!some.length) return [h('p', { class: 'facts', text: T.none }), ...held];
  const head = h('label', { class: 'budget' }, h('span', { text: T.budget }), most);
  const names = [T.class, T.reviews, T.precision, T.then, T.effect, ''];
  return [head, table(names, some.map((row) => classRow(row, may, { api, act }))), may ? null : h('p', { class: 'facts', text: T.login }), ...held].filter(Boolean); // prettier-ignore
}

function table(names, rows) {
  const head = h('tr', {}, names.map((text) => h('th', { scope: 'col', class: text === T.effect ? 'words' : null }, text || h('span', { class: 'sr-only', text: T.act }))));
  return h('div', { class: 'scroll-x', tabindex: '0', role: 'group', 'aria-label': T.title }, h('table', { class: 'data' }, h('thead', {}, head), h('tbody', {}, rows))); // prettier-ignore
}

function classRow({ id, title, right, proposed }, may, { api, act }) {
  const { confidence = null, why = '' } = proposed ?? {};
  const accept = (event) => act(event.currentTarget, () => api.send('POST', '/rules', { class: id, confidence, why }));
  const interval = right?.interval ? right.interval.map(percent).join(' – ') : '';
  return h(
    'tr',
    {},
    h('th', { scope: 'row', text: title }),
    h('td', { text: String(right?.reviewed ?? 0) }),
    h('td', { text: percent(right?.precision ?? null) ?? '–', title: interval }),
    h('td', { text: confidence === null ? '–' : percent(confidence) }),
    h('td', { class: 'words', text: why }),
    h('td', {}, may && confidence !== null ? h('button', { class: 'button', type: 'button', text: T.accept, onclick: accept }) : ''),
  );
}

function ruleRow(rule, titles, may, { api, act }) {
  const back = (event) => act(event.currentTarget, () => api.send('DELETE', `/rules/${rule.id}`));
  return h(
    'tr',
    {},
    h('th', { scope: 'row', text: titles.get(rule.class) ?? rule.class, title: rule.why }),
    h('td', { text: percent(rule.confidence) }),
    h('td', { text: rule.who }),
    h('td', { text: dateText(parseTime(rule.at)) }),
    h('td', {}, may ? h('button', { class: 'button', type: 'button', text: T.revert, onclick: back }) : ''),
  );
}
