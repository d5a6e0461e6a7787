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

const WHOLE = { top: 0, right: 0, bottom: 0, left: 0 };

// The map has the size of its place on paper before it goes there, however it is printed: what was in the middle of what
// could be seen lies in its middle, and no panel takes room from it.
export function bindPaper(map) {
  let padding = null;
  const fit = (room) => {
    document.body.toggleAttribute('data-paper', room === WHOLE);
    map.resize();
    map.setPadding(room);
  };
  addEventListener('beforeprint', () => {
    padding ??= map.getPadding();
    fit(WHOLE);
    map.redraw();
  });
  addEventListener('afterprint', () => {
    if (padding) fit(padding);
    padding = null;
  });
}
