// The first picture of the map: nothing is drawn until all of it can be, as each picture costs where the processor draws.
const LONGEST_MS = 4000; // then what is there is drawn, whatever is still missing
const LOOK_MS = 10;
const SETTLING = 2; // frames: what is replaced goes with the first, and the style is reckoned anew with the second

// Until the function that this gives back is called, the map loads and places what belongs to a frame, but draws nothing;
// other than `unless()` something is wanted at once.
export function holdDrawing(map, { longest = LONGEST_MS, unless = () => false } = {}) {
  const { painter } = map;
  const { render } = painter;
  painter.render = (...frame) => unless() && render.apply(painter, frame);
  const timer = setTimeout(release, longest);
  function release() {
    clearTimeout(timer);
    if (!Object.hasOwn(painter, 'render')) return;
    delete painter.render;
    map.triggerRepaint();
  }
  return release;
}

// Resolves once the map has loaded what it begins with, and that stands on the screen; where nobody looks, after the longest time.
export async function firstPicture(map, release, longest = LONGEST_MS) {
  const shown = async () => {
    if (!map.loaded()) await once(map, 'idle');
    release();
    await standing(map);
  };
  await Promise.race([shown(), wait(longest)]);
}

// The rest of the picture, which `bring()` asks for: until it is there only what somebody moves is drawn anew. Names do not
// fade in: each step of that would be a picture of everything.
export async function wholePicture(map, bring, longest = LONGEST_MS) {
  const release = holdDrawing(map, { longest, unless: () => map.isMoving() });
  const { _fadeDuration: fading } = map;
  map._fadeDuration = 0;
  const shown = async () => {
    bring();
    await settled(map);
    release();
    await standing(map);
  };
  await Promise.race([shown(), wait(longest)]);
  map._fadeDuration = fading;
}

// All is loaded, and frames that drew nothing have seen to what that changes: each would else be another picture of everything.
async function settled(map) {
  for (let calm = 0; calm < SETTLING; calm += 1) {
    for (; !map.areTilesLoaded() || !map.isStyleLoaded(); calm = 0) await once(map, 'render');
    map.triggerRepaint();
    await once(map, 'render');
  }
}

async function standing(map) {
  map.triggerRepaint();
  await once(map, 'render');
  await drawn(map.getCanvas().getContext('webgl2'));
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const once = (map, type) => new Promise((resolve) => map.once(type, resolve));

// A frame is handed over long before it is drawn.
async function drawn(gl) {
  const fence = gl?.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return; // a context that was lost
  gl.flush();
  while (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED) await wait(LOOK_MS);
  gl.deleteSync(fence);
}
