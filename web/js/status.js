// The pill at the top right: live, reconnecting, feed silent; with the health of each feed behind it.
import { h, setText } from './dom.js';
import { iconButton } from './parts.js';
import { TEXTS } from './texts.js';
import { clockText, spanText, stampText, zoneText } from './time.js';

const T = TEXTS.status;
const HEALTH_MS = 15_000;
const WELL = ['ok', 'ended']; // a recording that was played to its end
export const SILENT_MS = 25_000;
const AWAY_MS = 5000; // without a word for so long, a service that cannot be reached is away, not slow

export class Status {
  #app;
  #connected = null;
  #health = null;
  #word = h('span', { class: 'pill-word', text: T.connecting });
  #lag = h('span', { class: 'pill-lag' });
  #pop = h('div', { class: 'popover', id: 'feeds', role: 'region', 'aria-label': T.feedsState, hidden: true });
  #said = h('span', {});
  #login = h('a', { class: 'link', text: T.login, hidden: true });
  #strip = h('div', { class: 'strip', role: 'status', hidden: true }, this.#said, this.#login);
  #shut = false; // whether nobody is logged in where nobody may read without
  #busy = null; // what the service said as it refused: {wait_s}
  #away = false; // whether its last answer did not come at all
  #answered = false; // whether it has since the line broke
  #lost = ''; // the instant of the last word before the line broke: what is read out must not change every second

  constructor(root, app) {
    this.#app = app;
    this.pill = h(
      'button',
      {
        class: 'pill',
        type: 'button',
        'aria-expanded': 'false',
        'aria-controls': 'feeds',
        onclick: () => this.toggle(),
      },
      h('span', { class: 'dot' }),
      this.#word,
      this.#lag,
    );
    root.append(this.pill, this.#pop);
    document.querySelector('#desk').before(this.#strip);
    app.bus.on('connection', (open) => {
      const changed = this.#connected !== open;
      if (!open && changed) [this.#lost, this.#answered] = [this.#instant(app.clock.said()), false];
      this.#connected = open;
      this.tick();
      if (open || changed) this.#ask(); // of a stream that is refused the browser does not say why
    });
    document.addEventListener('pointerdown', ({ target }) => root.contains(target) || this.toggle(false));
    app.bus.on('me', ({ account, open_reading: open }) => {
      this.#shut = account === null && open === false;
      this.tick();
    });
    app.bus.on('awake', () => this.#ask());
    // Where the map looks stands in the address, which changes all the time.
    this.#login.addEventListener('click', () => (this.#login.href = app.access.way));
    this.#login.href = '/login';
    setInterval(() => this.#ask(), HEALTH_MS);
    this.#ask();
  }

  async #ask() {
    if (document.hidden) return;
    try {
      this.#health = await this.#app.api.get('/health');
      [this.#busy, this.#answered, this.#away] = [null, true, false];
      // A service whose stream has not spoken yet still knows its time.
      if (!this.#app.clock.known() && this.#health.data_time) this.#app.bus.emit('stream:clock', this.#health);
    } catch (error) {
      this.#busy = error.status === 429 || (error.status === 503 && error.wait_s) ? error : null;
      [this.#answered, this.#away] = [false, error.status === 0];
      this.#health = { status: 'down', error: error.message };
    }
    if (!this.#pop.hidden) this.#fill();
    this.tick();
  }

  // {kind, word}: what to say in one or two words.
  #verdict() {
    const { clock, session } = this.#app;
    const { status, engine } = this.#health ?? {};
    if (this.#shut) return { kind: 'bad', word: T.out, why: T.outWhy };
    if (this.#busy) return { kind: 'bad', word: T.busy, why: T.busyWhy(this.#busy.wait_s) };
    if (this.#connected === null) return { kind: 'wait', word: T.connecting };
    if (!this.#connected) return { kind: 'bad', word: T.reconnecting, why: this.#answered ? T.mute(this.#lost) : T.lost(this.#lost) };
    if (this.#away) return clock.silentFor() > AWAY_MS ? { kind: 'bad', word: T.reconnecting, why: T.lost(this.#instant(clock.said())) } : { kind: 'good', word: T.live };
    if (status !== 'down' && engine?.state === 'starting') return { kind: 'wait', word: T.waiting, why: T.starting(engine.doing ?? '') };
    if (clock.known() && clock.silentFor() > SILENT_MS) return { kind: 'warn', word: T.silent, why: T.stale(this.#instant(clock.said())) };
    if (session?.waiting && status !== 'down') return { kind: 'wait', word: T.waiting, why: T.noData };
    if (status && status !== 'ok')
      return status === 'down' ? { kind: 'bad', word: T.down, why: T.downWhy } : { kind: 'warn', word: T.degraded, why: this.#ailing() };
    return { kind: 'good', word: T.live };
  }

  // In words; '' where nobody has told the time yet.
  #instant(ms) {
    return Number.isFinite(ms) ? `${clockText(ms)} ${zoneText(ms)}` : '';
  }

  // What is not well, in words; '' where the service does not say.
  #ailing() {
    const { feeds = [], configuration, database, data_time: time } = this.#health ?? {};
    const ill = feeds.filter((feed) => feed.state && !WELL.includes(feed.state));
    return [
      ...ill.map((feed) => T.feedState(String(feed.name), stateOf(feed))),
      configuration && configuration.state !== 'ok' ? T.refusedConfiguration(configuration.fault ?? '') : '',
      database?.listening === false ? T.deaf : '',
      time === null ? T.noData : '',
    ]
      .filter(Boolean)
      .join(' ');
  }

  tick() {
    const { kind, word, why } = this.#verdict();
    this.#strip.hidden = !why;
    this.#strip.className = `strip ${kind}`;
    setText(this.#said, why ?? '');
    this.#login.hidden = !this.#shut;
    this.pill.className = `pill ${kind}`;
    setText(this.#word, word);
    const lag = Math.max(0, Number(this.#health?.lag_s)); // nobody lies ahead: what is judged may be told a moment later than the data
    const silent = word === T.silent ? spanText(this.#app.clock.silentFor()) : '';
    setText(
      this.#lag,
      silent || (kind === 'good' && Number.isFinite(lag) ? T.lag(lag < 10 ? lag.toFixed(1) : Math.round(lag)) : ''),
    );
    document.body.dataset.connection = kind;
  }

  toggle(open = this.#pop.hidden) {
    const was = !this.#pop.hidden;
    this.#pop.hidden = !open;
    this.pill.setAttribute('aria-expanded', String(open));
    if (open) this.#fill();
    return was && !open;
  }

  #fill() {
    const { clock } = this.#app;
    const health = this.#health ?? {};
    const lines = [
      h('h2', { text: T.feeds }),
      health.error ? h('p', { class: 'notice', text: health.error }) : null,
      ...(health.feeds ?? []).map(feedLine),
      health.feeds?.length || health.error ? null : h('p', { class: 'facts', text: T.noFeeds }),
      clock.known() ? h('p', { class: 'facts', text: T.dataTime(stampText(clock.live())) }) : null,
      health.classes
        ? h('p', {
            class: 'facts',
            text: T.classes(countOf(health.classes.active), countOf(health.classes.inactive), health.version ?? '?'),
          })
        : null,
    ];
    this.#pop.replaceChildren(...lines.filter(Boolean));
  }
}

// A feed that never spoke may still be on its way.
const stateOf = ({ state, rows }) => (state === 'silent' && Number(rows) === 0 ? T.states.unheard : (T.states[state] ?? String(state)));

const countOf = (value) => (value && typeof value === 'object' ? Object.keys(value).length : (value ?? 0));

function feedLine(feed) {
  const kind = WELL.includes(feed.state) ? 'good' : feed.state === 'silent' ? 'warn' : 'bad';
  const refused = Object.values(feed.rejected ?? {}).reduce((a, b) => a + Number(b || 0), 0);
  const note = [
    feed.format,
    T.rows(Number(feed.rows ?? 0)),
    refused && T.refused(refused),
  ]
    .filter(Boolean)
    .join(' · ');
  return h(
    'div',
    { class: `feed ${kind}` },
    h('span', { class: 'dot' }),
    h('span', { class: 'feed-name', title: String(feed.name), text: String(feed.name) }),
    h('span', { class: 'feed-state', text: feed.state ? stateOf(feed) : '' }),
    h('span', { class: 'feed-note', text: note }),
  );
}

export function brand(root, { onhelp }) {
  const title = h('h1', { class: 'brand-name', text: 'Skysift' });
  root.append(h('div', { class: 'brand' }, title));
  const help = iconButton('help', T.help, onhelp, { title: T.helpTip });
  return { title, help };
}
