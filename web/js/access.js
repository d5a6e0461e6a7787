// Who is at the page, and what they may: asked once, and again when they come or go.
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
  }

  get signedIn() {
    return this.me.account !== null && this.me.account !== undefined;
  }

  // Whether areas, subscriptions and reviews may be written.
  get mayWatch() {
    return ranks(this.me.role) >= RANK.analyst && this.me.role !== 'ingest' && this.signedIn;
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

  async demo() {
    await this.#api.send('POST', '/login/demo');
    await this.load();
  }

  async leave() {
    await this.#api.send('POST', '/logout');
    await this.load();
  }
}
