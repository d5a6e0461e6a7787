// How far back the store goes: asked once somebody looks into the past. Before it, quiet says nothing.
export class Stored {
  #app;
  #asking = null;
  first = NaN; // when the oldest anomaly that is stored began, epoch ms; NaN while nobody knows
  error = null;

  constructor(app) {
    this.#app = app;
    const look = ({ live, compare }) => (live && !compare) || Number.isFinite(this.first) || this.ask();
    app.state.on(['live', 'compare'], look);
    look(app.state.get());
  }

  // Whether that lies before all that is stored.
  before(ms) {
    return ms < this.first;
  }

  ask() {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    this.error = null;
    try {
      const [oldest] = await this.#app.api.items('anomalies', { sortby: 'start', limit: 1, properties: 'start' }, { cap: 1 });
      this.first = Date.parse(oldest?.properties.start);
    } catch (error) {
      this.error = error;
    }
    this.#app.bus.emit('stored');
  }
}
