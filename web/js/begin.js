// What begins while the rest of the page is still on its way: the state, the first questions to the server, and the map.
import { createApi } from './api.js';
import { createBus } from './bus.js';
import { $ } from './dom.js';
import { askEarly } from './early.js';
import { holdDrawing } from './first_picture.js';
import { parseHash } from './hash.js';
import { createMap } from './map.js';
import { bindPrefs, kept } from './prefs.js';
import { createState } from './state.js';

export const bus = createBus();
export const state = createState({ ...kept(), ...parseHash(location.hash) });
bindPrefs(state, bus);
export const api = createApi({ unknown: () => bus.emit('unknown') });
export const early = askEarly(api, state.get());

// A promise of {map, release}; until release() is called nothing of the map is drawn.
export const begun = begin();
begun.catch(() => {}); // whoever waits for it says so

// This may run while the page is still read.
async function container() {
  while (!$('#map')) await new Promise((resolve) => setTimeout(resolve));
  return $('#map');
}

async function begin() {
  let release;
  const map = await createMap(await container(), state, { rough: true, begun: (made) => (release = holdDrawing(made)) });
  return { map, release };
}
