// Who is at the page, and what they may: asked at first, when they come or go, and when it may have ended meanwhile.
import { throttle } from './bus.js';
import { ACCESS } from './texts.js';

const CHECK_MS = 5000;
const RANK = { nobody: 0, viewer: 1, analyst: 2, ingest: 2, admin: 3 };
const NOBODY = Object.freeze({ account: null, name: '', role: 'nobody', may_demo: false, open_reading: true });

// Where the login leads, and back to exactly this view.
export const loginLink = ({ pathname, search, hash }) => `/login?${new URLSearchParams({ next: pathname + search + hash })}`;

export const ranks = (role) => RANK[role] ?? 0;

export class Access {
  #api;
  #bus;
  me = NOBODY;
  known = false;

  constructor({ api, bus }) {
    this.#api = api;
    this.#bus = bus;
    const check = throttle(() => this.check(), CHECK_MS);
    for (const event of ['unknown', 'awake']) bus.on(event, check);
    bus.on('connection', (open) => open || check());
  }

  get signedIn() {
    return this.me.account !== null && this.me.account !== undefined;
  }

  // Whether areas, subscriptions and reviews may be written.
  get mayWatch() {
    return ranks(this.me.role) >= RANK.analyst && this.me.role !== 'ingest' && this.signedIn;
  }

  get way() {
    return loginLink(location);
  }

  async load() {
    try {
      this.me = { ...NOBODY, ...(await this.#api.get('/me')) };
    } catch (error) {
      // Whoever is unknown reads on: what asks for more than reading says so where it is asked.
      this.me = NOBODY;
      if (![401, 404].includes(error.status)) this.#bus.emit('trouble', error.message);
    }
    this.known = true;
    this.#bus.emit('me', this.me);
  }

  // A login ends by itself, elsewhere, or with the account: whoever is at the page learns it before their next click does.
  async check() {
    if (!this.known) return;
    const found = await this.#api.get('/me').catch(() => null); // who cannot be asked has not ended anything
    if (!found || (found.account === this.me.account && found.role === this.me.role)) return;
    const ended = this.signedIn && (found.account ?? null) === null;
    this.me = { ...NOBODY, ...found };
    this.#bus.emit('me', this.me);
    if (ended) this.#bus.emit('trouble', ACCESS.me.ended);
  }

  async demo() {
    await this.#api.send('POST', '/login/demo');
    await this.load();
  }

  async leave() {
    await this.#api.send('POST', '/logout');
    await this.load();
  }
}
