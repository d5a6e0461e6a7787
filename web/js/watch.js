// What is watched, as the service keeps it: areas, subscriptions, destinations, what is ignored, and the kinds there are.
const PARTS = ['areas', 'subscriptions', 'destinations', 'ignores'];

export class Watch {
  #app;
  areas = []; // GeoJSON features
  subscriptions = [];
  destinations = [];
  ignores = [];
  triggers = [];
  kinds = [];
  loaded = false;
  error = null;

  constructor(app) {
    this.#app = app;
    app.bus.on('me', () => this.load());
  }

  area(id) {
    return this.areas.find((one) => Number(one.id) === Number(id)) ?? null;
  }

  subscription(id) {
    return this.subscriptions.find((one) => one.id === Number(id)) ?? null;
  }

  destination(id) {
    return this.destinations.find((one) => one.id === Number(id)) ?? null;
  }

  trigger(id) {
    return this.triggers.find((one) => one.id === id) ?? null;
  }

  async load() {
    const { access, bus } = this.#app;
    if (!access.signedIn) {
      for (const part of PARTS) this[part] = [];
      this.loaded = false;
      return bus.emit('watch');
    }
    try {
      // Who may only read has no subscriptions; what others share is seen all the same.
      const parts = access.mayWatch ? PARTS : ['areas'];
      await Promise.all([access.mayWatch ? this.#kinds() : null, ...parts.map((part) => this.#fetch(part))]);
      [this.loaded, this.error] = [true, null];
    } catch (error) {
      this.error = error;
    }
    return bus.emit('watch');
  }

  async #kinds() {
    const { api } = this.#app;
    if (this.triggers.length) return;
    const [triggers, kinds] = await Promise.all([api.get('/triggers'), api.get('/destination-kinds')]);
    this.triggers = triggers.triggers;
    this.kinds = kinds.kinds;
  }

  async #fetch(part) {
    const answer = await this.#app.api.get(`/${part}`);
    this[part] = answer.features ?? answer[part];
  }

  // Changes something and looks at what it is part of again.
  async change(method, path, body) {
    const answer = await this.#app.api.send(method, path, body);
    await this.load();
    return answer;
  }

  // POST where it is new, PUT where it is known; the answer is what was kept.
  save(part, body, id = null) {
    return id === null ? this.change('POST', `/${part}`, body) : this.change('PUT', `/${part}/${id}`, body);
  }

  remove(part, id) {
    return this.change('DELETE', `/${part}/${id}`);
  }

  pause(part, { id, paused }) {
    return this.change('POST', `/${part}/${id}/${paused ? 'resume' : 'pause'}`);
  }

  // Until an instant, epoch ms; null ends it.
  mute(id, until) {
    return this.change('POST', `/subscriptions/${id}/mute`, { until: until === null ? null : new Date(until).toISOString() });
  }

  test(part, id) {
    return this.#app.api.send('POST', `/${part}/${id}/test`);
  }
}

// Eight in the morning of the next day, by the reader's own clock.
export function tomorrow(now) {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  return day.setHours(8, 0, 0, 0);
}
