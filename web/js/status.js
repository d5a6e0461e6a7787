// The pill at the top right: live, reconnecting, feed silent; with the health of each feed behind it.
import { h, setText } from './dom.js';
import { iconButton } from './parts.js';
import { spanText, stampText } from './time.js';

const HEALTH_MS = 15_000;
const SILENT_MS = 25_000;

export class Status {
  #app;
  #connected = null;
  #health = null;
  #word = h('span', { class: 'pill-word', text: 'Connecting' });
  #lag = h('span', { class: 'pill-lag' });
  #pop = h('div', { class: 'popover', id: 'feeds', role: 'region', 'aria-label': 'State of the feeds', hidden: true });

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
    app.bus.on('connection', (open) => {
      this.#connected = open;
      this.tick();
      if (open) this.#ask();
    });
    setInterval(() => this.#ask(), HEALTH_MS);
    this.#ask();
  }

  async #ask() {
    if (document.hidden) return;
    try {
      this.#health = await this.#app.api.get('/health');
      // A service whose stream has not spoken yet still knows its time.
      if (!this.#app.clock.known() && this.#health.data_time) this.#app.bus.emit('stream:clock', this.#health);
    } catch (error) {
      this.#health = { status: 'down', error: error.message };
    }
    if (!this.#pop.hidden) this.#fill();
    this.tick();
  }

  // {kind, word}: what to say in one or two words.
  #verdict() {
    const { clock } = this.#app;
    if (this.#connected === null) return { kind: 'wait', word: 'Connecting' };
    if (!this.#connected) return { kind: 'bad', word: 'Reconnecting' };
    if (clock.known() && clock.silentFor() > SILENT_MS) return { kind: 'warn', word: 'Feed silent' };
    const status = this.#health?.status;
    if (status && status !== 'ok')
      return { kind: status === 'down' ? 'bad' : 'warn', word: status === 'down' ? 'Service down' : 'Degraded' };
    return { kind: 'good', word: 'Live' };
  }

  tick() {
    const { kind, word } = this.#verdict();
    this.pill.className = `pill ${kind}`;
    setText(this.#word, word);
    const lag = Number(this.#health?.lag_s);
    const silent = word === 'Feed silent' ? spanText(this.#app.clock.silentFor()) : '';
    setText(
      this.#lag,
      silent || (kind === 'good' && Number.isFinite(lag) ? `lag ${lag < 10 ? lag.toFixed(1) : Math.round(lag)} s` : ''),
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
      h('h2', { text: 'Feeds' }),
      health.error ? h('p', { class: 'notice', text: health.error }) : null,
      ...(health.feeds ?? []).map(feedLine),
      clock.known() ? h('p', { class: 'facts', text: `Data time ${stampText(clock.live())}` }) : null,
      health.classes
        ? h('p', {
            class: 'facts',
            text: `${countOf(health.classes.active)} classes active, ${countOf(health.classes.inactive)} inactive · version ${health.version ?? '?'}`,
          })
        : null,
    ];
    this.#pop.replaceChildren(...lines.filter(Boolean));
  }
}

const countOf = (value) => (value && typeof value === 'object' ? Object.keys(value).length : (value ?? 0));

function feedLine(feed) {
  const kind = feed.state === 'ok' ? 'good' : feed.state === 'silent' ? 'warn' : 'bad';
  const refused = Object.values(feed.rejected ?? {}).reduce((a, b) => a + Number(b || 0), 0);
  const note = [
    feed.format,
    `${Number(feed.rows ?? 0).toLocaleString('en')} rows`,
    refused && `${refused.toLocaleString('en')} refused`,
  ]
    .filter(Boolean)
    .join(' · ');
  return h(
    'div',
    { class: `feed ${kind}` },
    h('span', { class: 'dot' }),
    h('span', { class: 'feed-name', text: String(feed.name) }),
    h('span', { class: 'feed-state', text: String(feed.state ?? '') }),
    h('span', { class: 'feed-note', text: note }),
  );
}

export function brand(root, { onhelp }) {
  const title = h('h1', { class: 'brand-name', text: 'Skysift' });
  root.append(h('div', { class: 'brand' }, title));
  const help = iconButton('help', 'Help and keyboard', onhelp, { title: 'Help (?)' });
  return { title, help };
}
