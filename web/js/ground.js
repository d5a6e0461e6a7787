// The ground as it was last drawn: while the camera and the ground stay as they are, a frame begins with that picture
// instead of all coasts and borders anew. Ground is every layer of the style that lies below this one.
export const GROUND = 'ground';

const CHANGING_MS = 500; // colours, and dashes of another zoom, pass into one another for a moment

export function createGround({ wall = () => performance.now() } = {}) {
  let map, picture;
  let below = []; // the map's own layers that are ground
  let looks = null;
  let camera = null; // from where the picture was taken; null while there is none
  let changing = -Infinity; // when the ground was last told to look otherwise, wall ms
  let skipping = false;

  const forget = () => (camera = null);

  function change() {
    forget();
    changing = wall();
  }

  // A layer of the style came, went or was told something: often it is none of the ground's.
  function styled() {
    const order = map.getLayersOrder();
    below = order.slice(0, order.indexOf(GROUND)).map((id) => map.getLayer(id));
    for (const layer of below) cover(layer);
    const now = JSON.stringify(below.map((layer) => layer.serialize()));
    if (looks !== null && now !== looks) change();
    looks = now;
  }

  // While the picture stands for it, a layer counts as hidden: nothing of it is prepared or drawn.
  function cover(layer) {
    if (Object.hasOwn(layer, 'isHidden')) return;
    const own = layer.isHidden;
    layer.isHidden = (...zoom) => skipping || own.apply(layer, zoom);
  }

  const loaded = ({ sourceId }) => below.some(({ source }) => source === sourceId) && forget();
  const still = () => !map.isMoving() && wall() - changing > CHANGING_MS;
  const heard = { styledata: styled, sourcedata: loaded, zoom: change };

  return {
    id: GROUND,
    type: 'custom',
    renderingMode: '2d',
    onAdd(theMap, gl) {
      map = theMap;
      picture = createPicture(gl);
      for (const [type, listener] of Object.entries(heard)) map.on(type, listener);
      styled();
    },
    onRemove() {
      for (const [type, listener] of Object.entries(heard)) map.off(type, listener);
      picture.free();
    },
    prerender(gl, args) {
      skipping = still() && sameCamera(camera, cameraOf(gl, args));
      queueMicrotask(() => (skipping = false)); // a frame may end with an error: the next must not begin like this
    },
    render(gl, args) {
      if (skipping) picture.show();
      else if (still() && picture.take()) camera = cameraOf(gl, args);
      skipping = false;
    },
  };
}

// All that says where on the canvas a place of the world comes to lie.
export const cameraOf = ({ drawingBufferWidth, drawingBufferHeight }, { defaultProjectionData: data }) => [
  drawingBufferWidth,
  drawingBufferHeight,
  data.projectionTransition,
  ...data.mainMatrix,
  ...data.fallbackMatrix,
  ...data.clippingPlane,
];

export const sameCamera = (a, b) => Boolean(a) && a.length === b.length && a.every((value, i) => value === b[i]);

// What a frame holds so far, kept beside it.
function createPicture(gl) {
  const kept = gl.createRenderbuffer();
  const frame = gl.createFramebuffer();
  const able = !gl.getContextAttributes()?.antialias; // what was smoothed (MSAA) cannot be put back
  let size = [0, 0];

  function fit() {
    const now = [gl.drawingBufferWidth, gl.drawingBufferHeight];
    if (now[0] === size[0] && now[1] === size[1]) return;
    size = now;
    gl.bindRenderbuffer(gl.RENDERBUFFER, kept);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, ...size);
    gl.framebufferRenderbuffer(gl.DRAW_FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, kept);
  }

  function copy() {
    gl.disable(gl.SCISSOR_TEST);
    gl.blitFramebuffer(0, 0, ...size, 0, 0, ...size, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  return {
    // Whether it could.
    take() {
      if (!able) return false;
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, frame);
      fit();
      copy();
      return true;
    },
    show() {
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, frame);
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
      copy();
    },
    free() {
      gl.deleteFramebuffer(frame);
      gl.deleteRenderbuffer(kept);
    },
  };
}
