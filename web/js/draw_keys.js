// Drawing without a mouse: arrows move the map under a cross in its middle, Enter sets a point there; fingers tap.
import { h } from './dom.js';

const KEYS = ['Enter', ' '];

export class DrawKeys {
  #map;
  #cross = h('div', { class: 'crosshair', hidden: true, 'aria-hidden': 'true' });
  #on = false;

  constructor(map) {
    this.#map = map;
    map.getContainer().append(this.#cross);
    const canvas = map.getCanvas();
    // Before the map and the page's own keys hear it.
    canvas.addEventListener('keydown', (event) => this.#pressed(event), true);
    canvas.addEventListener('pointermove', (event) => event.isTrusted && this.#show(false));
    canvas.addEventListener('pointerdown', (event) => this.#landed(event), true);
    map.on('move', () => !this.#cross.hidden && this.#point('pointermove'));
  }

  set on(value) {
    this.#on = value;
    if (!value) this.#show(false);
    else this.#map.getCanvas().focus({ preventScroll: true });
  }

  #show(shown) {
    this.#cross.hidden = !shown;
    const { x, y } = this.#middle();
    this.#cross.style.transform = `translate(${x}px, ${y}px)`;
  }

  // The middle of what the panels leave free: where the map's centre is drawn.
  #middle() {
    const { x, y } = this.#map.project(this.#map.getCenter());
    return { x: Math.round(x), y: Math.round(y) };
  }

  #pressed(event) {
    if (!this.#on || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith('Arrow')) this.#show(true);
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#show(true);
    for (const type of ['pointermove', 'pointerdown', 'pointerup']) this.#point(type);
  }

  // A finger does not move before it taps, and a shape takes its size from movement.
  #landed({ isTrusted, pointerType, clientX, clientY }) {
    if (this.#on && isTrusted && pointerType === 'touch') this.#send('pointermove', clientX, clientY);
  }

  #point(type) {
    const { x, y } = this.#middle();
    const { left, top } = this.#map.getCanvas().getBoundingClientRect();
    this.#send(type, left + x, top + y);
  }

  #send(type, clientX, clientY) {
    const button = type === 'pointermove' ? -1 : 0;
    this.#map
      .getCanvas()
      .dispatchEvent(new PointerEvent(type, { clientX, clientY, button, isPrimary: true, bubbles: true }));
  }
}
