// Decides when the map is drawn anew: just often enough that aircraft move by less than a pixel at a time.
const STEP_PX = 0.6;
const FASTEST_MS = 66; // 15 frames a second at most
const SLOWEST_MS = 4000;
const LOOK_MS = 250; // far out, it is looked this often whether it is time: somebody may have come closer
const EARTH_M = 40_075_017;

const still = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)');

// Whether aircraft glide between updates, or go from one to the next for who asked for less motion.
export const glides = () => !still?.matches;

// Milliseconds until an aircraft at `speed` m/s has moved STEP_PX, where time runs `rate` times as fast.
export function frameGap(zoom, lat, speed, rate = 1) {
  const metresPerPixel = (EARTH_M * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
  const gap = (1000 * STEP_PX * metresPerPixel) / (speed * Math.max(0.01, rate));
  return Math.max(FASTEST_MS, Math.min(SLOWEST_MS, gap));
}

export function startMotion(map, app) {
  let last = 0;
  let drawn = -1;
  let cost = 0;
  map.on('render', () => (drawn = app.fleet.version));

  const gap = () => {
    const { live, speed } = app.state.get();
    return frameGap(map.getZoom(), map.getCenter().lat, 300, live ? app.clock.rate() : speed);
  };

  // A slow machine gets fewer frames, so that it always has time left for the hand on the mouse.
  function frame(now) {
    setTimeout(() => requestAnimationFrame(frame), Math.min(gap(), LOOK_MS));
    if (document.hidden || !app.fleet.size || !app.state.get().layers.aircraft) return;
    const { live, speed } = app.state.get();
    if (drawn === app.fleet.version && ((!live && !speed) || !glides())) return;
    if (now - last < Math.max(gap() - 8, cost * 3)) return; // a screen's frames do not come to the millisecond
    last = now;
    const before = performance.now();
    map.once('render', () => (cost = 0.8 * cost + 0.2 * (performance.now() - before)));
    map.triggerRepaint();
  }
  requestAnimationFrame(frame);
}
