// What a subscription would have told: alerts a day, a bar for each day, the alerts themselves, and a budget to keep to.
import { isAbort } from './api.js';
import { h, setText } from './dom.js';
import { segmented } from './form.js';
import { WATCH } from './texts/watch_en.js';
import { daysOf } from './watch_draft.js';
import { agoText, dayText, parseTime, stampText } from './time.js';

const T = WATCH.backtest;
const WAIT_MS = 90_000;
const MOST_ROWS = 80;
const SHORT_MS = 3_600_000;
const MANY = 50; // alerts a day that nobody reads
const BUDGETS = { least: 1, most: 1000, usual: 5 };

export class BacktestView {
  #app;
  #asking = null;
  #ask; // (days, budget) -> the question, null where there is none
  #wanted = null; // alerts a day that somebody asked to keep to, until an answer says how
  #sure; // hears the confidence that keeps to the budget
  #answer = h('div', { class: 'backtest-answer', role: 'status' });
  #budget = h('input', { type: 'number', min: BUDGETS.least, max: BUDGETS.most, value: BUDGETS.usual, 'aria-label': `${T.keep} … ${T.keepDays}` });
  #keep;
  days = 7;

  constructor(app, { ask, sure, go }) {
    Object.assign(this, { go });
    this.#app = app;
    this.#ask = ask;
    this.#sure = sure;
    const spans = segmented(T.span, Object.entries(T.spans), this.days, (days) => {
      this.days = Number(days);
      this.run();
    });
    const set = h('button', { class: 'button', type: 'button', text: T.keepGo, title: T.keepTip, onclick: () => this.#want() });
    this.#keep = h('div', { class: 'keep' }, h('span', { text: T.keep }), this.#budget, h('span', { text: T.keepDays }), set);
    this.root = h('section', { class: 'backtest', 'aria-label': T.title }, h('div', { class: 'backtest-head' }, h('h3', { text: T.title }), spans.root), this.#answer, this.#keep); // prettier-ignore
  }

  // Only anomalies are more or less sure.
  set budgets(on) {
    this.#keep.hidden = !on;
  }

  clear(text = '') {
    this.#asking?.abort();
    this.#answer.replaceChildren(h('p', { class: 'facts', text }));
    this.#app.bus.emit('backtest', []);
  }

  async run() {
    const question = this.#ask(this.days, this.#wanted);
    if (!question) return;
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.root.setAttribute('aria-busy', 'true');
    if (!this.#answer.childElementCount) this.#answer.replaceChildren(h('p', { class: 'facts', text: T.running }), h('div', { class: 'skeleton' }));
    try {
      const answer = await this.#app.api.send('POST', '/backtest', question, { signal: asking.signal, wait_ms: WAIT_MS });
      this.#show(answer, question);
      if (question.budget_a_day) this.#keepTo(answer.confidence_for_budget);
    } catch (error) {
      if (!isAbort(error)) this.#answer.replaceChildren(h('p', { class: 'notice', text: T.failed(error.message) }));
    } finally {
      if (this.#asking === asking) this.root.removeAttribute('aria-busy');
    }
  }

  #want() {
    this.#wanted = Math.max(BUDGETS.least, Math.min(BUDGETS.most, Number(this.#budget.value) || BUDGETS.usual));
    this.#budget.value = this.#wanted;
    this.run();
  }

  // A question that a newer one ended is asked again with it: what was wanted stays wanted until it is answered.
  #keepTo(confidence) {
    this.#wanted = null;
    if (!Number.isFinite(confidence)) return void this.#answer.prepend(h('p', { class: 'notice', text: T.unkept }));
    this.#sure(confidence);
    this.#app.bus.emit('announce', T.kept(Math.round(confidence * 100)));
  }

  #show({ alerts, alerts_a_day: rate, by_day: byDay, truncated, start: since, end: until, features: { features } }, { start, end }) {
    const short = parseTime(since) - parseTime(start) > SHORT_MS; // less is stored than was asked for
    const span = short ? T.since(stampText(parseTime(since))) : T.over(T.days(this.days));
    const days = daysOf(byDay, start, end);
    this.#app.bus.emit('backtest', features);
    const cut = truncated ? h('p', { class: 'notice', text: T.cut(stampText(parseTime(until))) }) : null;
    if (!alerts) return this.#answer.replaceChildren(...[h('p', { class: 'facts', text: T.nothing }), cut].filter(Boolean));
    return this.#answer.replaceChildren(
      ...[
        h('p', { class: 'rate' }, h('b', { text: T.aDay(rate) }), h('span', { text: T.total(alerts, span) })),
        days.length > 2 ? bars(days) : null,
        rate > MANY ? h('p', { class: 'facts', text: T.busy }) : null,
        cut,
        this.#list(features, end),
      ].filter(Boolean),
    );
  }

  #list(features, end) {
    const rows = [...features].sort((a, b) => (a.properties.time < b.properties.time ? 1 : -1)).slice(0, MOST_ROWS);
    const row = ({ geometry, properties: p }) =>
      h(
        'li',
        {},
        h(
          'button',
          { class: 'hit', type: 'button', title: stampText(parseTime(p.time)), onclick: () => this.go({ ...p, place: geometry?.coordinates ?? null }) },
          h('span', { text: p.text }),
          h('span', { class: 'ago', text: agoText(parseTime(p.time), parseTime(end)) }),
        ),
      );
    return h('details', { class: 'fold' }, h('summary', { text: T.list(rows.length) }), h('ol', { class: 'hits' }, rows.map(row)));
  }
}

const dayOf = ([day]) => dayText(Date.parse(`${day}T12:00Z`));

const SVG = 'http://www.w3.org/2000/svg';
const [TALL, STEP] = [40, 10];

// One bar a day; who cannot see them hears the sum and the fullest day.
function bars(days) {
  const most = Math.max(1, ...days.map(([, n]) => n));
  const svg = document.createElementNS(SVG, 'svg');
  const name = T.chart(days.reduce((sum, [, n]) => sum + n, 0), most); // prettier-ignore
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${days.length * STEP} ${TALL}`, preserveAspectRatio: 'none', class: 'day-bars', role: 'img', 'aria-label': name })) svg.setAttribute(key, value); // prettier-ignore
  days.forEach(([day, n], i) => {
    const bar = document.createElementNS(SVG, 'rect');
    const height = n ? Math.max(2, (n / most) * TALL) : 1;
    for (const [key, value] of Object.entries({ x: i * STEP + 1, y: TALL - height, width: STEP - 2, height, class: n ? '' : 'none' })) bar.setAttribute(key, value);
    const title = document.createElementNS(SVG, 'title');
    setText(title, T.day(n, day));
    bar.append(title);
    svg.append(bar);
  });
  const axis = h('div', { class: 'day-axis', 'aria-hidden': 'true' }, h('span', { text: dayOf(days[0]) }), h('span', { text: dayOf(days.at(-1)) }));
  return h('div', { class: 'day-chart' }, svg, axis);
}
