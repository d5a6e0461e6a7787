// The box that "in view" means to the list. Opening one event flies there: the list keeps the box that it was opened from,
// so that the next one is still the next, until the view is moved by hand or nothing is open.
export class ListExtent {
  #map;
  #held = null;

  // Without a bus it is held by whoever calls hold() alone.
  constructor(map, { bus = null, state }) {
    this.#map = map;
    bus?.on('reveal', () => this.hold());
    map.on('moveend', ({ originalEvent, chosen, revealing }) => {
      if (originalEvent || (chosen && !revealing)) this.#held = null;
    });
    state.on(['selected'], ({ selected }) => {
      if (!selected) this.#held = null;
    });
  }

  hold() {
    this.#held ??= this.#inView();
  }

  get box() {
    return this.#held ?? this.#inView();
  }

  #inView() {
    const bounds = this.#map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }
}
