// The first picture of the map: nothing is drawn until all of it can be, as each picture costs where the processor draws.
const LONGEST_MS = 4000; // then what is there is drawn, whatever is still missing
const LOOK_MS = 10;

// Until the function that this gives back is called, the map loads and places what belongs to a frame, but draws nothing.
export function holdDrawing(map, longest = LONGEST_MS) {
  const { painter } = map;
  painter.render = () => {};
  const timer = setTimeout(release, longest);
  function release() {
    clearTimeout(timer);
    if (!Object.hasOwn(painter, 'render')) return;
    delete painter.render;
    map.triggerRepaint();
  }
  return release;
}

// Resolves once the map has loaded what it shows, and all of that stands on the screen.
export async function firstPicture(map, release) {
  if (!map.loaded()) await once(map, 'idle');
  release();
  map.triggerRepaint();
  await once(map, 'render');
  await drawn(map.getCanvas().getContext('webgl2'));
}

const once = (map, type) => new Promise((resolve) => map.once(type, resolve));

// A frame is handed over long before it is drawn.
async function drawn(gl) {
  const fence = gl?.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return; // a context that was lost
  gl.flush();
  while (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.UNSIGNALED) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  gl.deleteSync(fence);
}
