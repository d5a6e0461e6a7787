// Layers that the page draws itself, and what becomes of them when the browser takes the map its drawing context: MapLibre
// makes the rest of its style anew once there is another one, but no layer of ours.
const LONG_MS = 4000; // a context that comes back does so at once

const added = new WeakMap(); // map -> [[layer, before, dress]], from the lowest to the topmost

// Adds a layer below `before`, now and with every context that the map is given; `dress()` tells it what else it must know.
export function addOwn(map, layer, before, dress = () => {}) {
  if (!added.has(map)) {
    added.set(map, []);
    onContext(map, () => added.get(map).forEach((one) => put(map, one)));
  }
  added.get(map).push([layer, before, dress]);
  put(map, [layer, before, dress]);
}

function put(map, [layer, before, dress]) {
  map.addLayer(layer, before);
  dress();
}

// Calls `fn` whenever the map has a new context, and its style again; once where it lost another one before it had its style.
export function onContext(map, fn) {
  map.on('webglcontextrestored', () => map.off('style.load', fn).once('style.load', fn));
}

// `tell(true)` where the context stays away, `tell(false)` where it came back after all.
export function watchContext(map, tell, longMs = LONG_MS) {
  let timer = 0;
  let told = false;
  map.on('webglcontextlost', () => (timer = setTimeout(() => tell((told = true)), longMs)));
  map.on('webglcontextrestored', () => {
    clearTimeout(timer);
    if (told) tell((told = false));
  });
}
