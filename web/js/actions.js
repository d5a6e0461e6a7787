// What can be done with what is selected: go there, go to its time, copy its link or its GeoJSON.
import { h } from './dom.js';
import { go, goBounds } from './map.js';
import { wordButton } from './parts.js';

const FLASH_MS = 1400;

export function anomalyActions(one, map, app) {
  return h(
    'div',
    { class: 'actions' },
    wordButton('target', 'Zoom to', () => one.box && goBounds(map, one.box)),
    wordButton('clock', 'Its time', () => app.time.scrub(one.end)),
    wordButton('link', 'Link', (event) => copy(event, location.href)),
    wordButton('copy', 'GeoJSON', (event) => copy(event, JSON.stringify(one.feature, null, 2))),
  );
}

export function aircraftActions(id, map, app) {
  const zoom = () => {
    const center = app.fleet.where(id);
    if (center) go(map, { center, zoom: Math.max(8, map.getZoom()) });
  };
  return h(
    'div',
    { class: 'actions' },
    wordButton('target', 'Zoom to', zoom),
    wordButton('link', 'Link', (event) => copy(event, location.href)),
  );
}

// The clipboard is only there on secure pages, and the user may refuse it: either way the button says so.
async function copy(event, text) {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(text);
    flash(button, 'Copied');
  } catch {
    flash(button, 'Not allowed');
  }
}

function flash(button, text) {
  const word = button.lastChild;
  if (button.dataset.busy) return;
  const before = word.data;
  button.dataset.busy = '1';
  word.data = text;
  setTimeout(() => {
    word.data = before;
    delete button.dataset.busy;
  }, FLASH_MS);
}
