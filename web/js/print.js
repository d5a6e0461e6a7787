// Prints the view. Paper is light, so the map is drawn light first, and afterwards as the reader has it.
import { isLight } from './prefs.js';

const DRAWN_MS = 1500; // aircraft that move leave no quiet moment to wait for

export async function printView({ state }, map) {
  const { theme } = state.get();
  if (!isLight()) {
    state.set({ theme: 'light' });
    await drawn(map);
  }
  addEventListener('afterprint', () => state.set({ theme }), { once: true });
  window.print();
}

const drawn = (map) =>
  new Promise((resolve) => {
    setTimeout(resolve, DRAWN_MS);
    map.once('idle', resolve);
    map.triggerRepaint();
  });
