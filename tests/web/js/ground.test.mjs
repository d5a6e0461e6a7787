// The picture of the ground: when a frame may begin with it, and when the ground must be drawn anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraOf, createGround, sameCamera } from '../../../web/js/ground.js';

const ARGS = (x = 0) => ({
  defaultProjectionData: { projectionTransition: 0, mainMatrix: [1, 0, x], fallbackMatrix: [1], clippingPlane: [0] },
});

// A context that only notes which way pictures were copied.
function context() {
  const bound = {};
  const copies = [];
  const known = {
    drawingBufferWidth: 8,
    drawingBufferHeight: 4,
    getContextAttributes: () => ({ antialias: false }),
    createFramebuffer: () => 'frame',
    createRenderbuffer: () => 'kept',
    bindFramebuffer: (target, frame) => (bound[target] = frame),
    blitFramebuffer: () => copies.push(bound.READ_FRAMEBUFFER ? 'shown' : 'taken'),
  };
  const gl = new Proxy(known, { get: (all, name) => all[name] ?? (/^[A-Z]/.test(name) ? name : () => {}) });
  return { gl, copies };
}

function world() {
  const layers = { sea: layer('sea'), coast: layer('coast', 'land'), names: layer('names', 'countries') };
  const listeners = {};
  const map = {
    moving: false,
    layers,
    isMoving: () => map.moving,
    getLayersOrder: () => ['sea', 'coast', 'ground', 'names'],
    getLayer: (id) => layers[id],
    on: (type, listener) => (listeners[type] = listener),
    tell: (type, event = {}) => listeners[type](event),
  };
  const time = { wall: 1000 };
  const ground = createGround({ wall: () => time.wall });
  const { gl, copies } = context();
  ground.onAdd(map, gl);
  // Which of the layers were drawn in a frame.
  const frame = (x) => {
    ground.prerender(gl, ARGS(x));
    const drawn = Object.keys(layers).filter((id) => !layers[id].isHidden(3));
    ground.render(gl, ARGS(x));
    return drawn.join();
  };
  return { copies, frame, layers, map, time };
}

class Layer {
  constructor(id, source) {
    Object.assign(this, { id, source, color: 'blue' });
  }
  isHidden() {
    return false;
  }
  serialize() {
    return { id: this.id, color: this.color };
  }
}
const layer = (id, source) => new Layer(id, source);

const ALL = 'sea,coast,names';

test('a second frame from the same place begins with the picture, and draws what lies above', () => {
  const { copies, frame } = world();
  assert.deepEqual([frame(), frame(), frame()], [ALL, 'names', 'names']);
  assert.deepEqual(copies, ['taken', 'shown', 'shown']);
});

test('outside a frame no layer counts as hidden', () => {
  const { frame, layers } = world();
  frame();
  frame();
  assert.equal(layers.coast.isHidden(3), false);
});

test('another place is another picture', () => {
  const { frame } = world();
  assert.deepEqual([frame(0), frame(1), frame(1)], [ALL, ALL, 'names']);
});

test('while the map moves no picture is taken', () => {
  const { copies, frame, map } = world();
  map.moving = true;
  assert.deepEqual([frame(0), frame(0)], [ALL, ALL]);
  assert.deepEqual(copies, []);
});

test('a tile of the ground that came is drawn, one of something else changes nothing', () => {
  const { frame, map } = world();
  frame();
  map.tell('sourcedata', { sourceId: 'countries' });
  assert.equal(frame(), 'names');
  map.tell('sourcedata', { sourceId: 'land' });
  assert.deepEqual([frame(), frame()], [ALL, 'names']);
});

test('colours of the ground pass into one another before a picture is taken again', () => {
  const { frame, layers, map, time } = world();
  frame();
  layers.names.color = 'red';
  map.tell('styledata');
  assert.equal(frame(), 'names');
  layers.coast.color = 'red';
  map.tell('styledata');
  assert.deepEqual([frame(), frame()], [ALL, ALL]);
  time.wall += 600;
  assert.deepEqual([frame(), frame()], [ALL, 'names']);
});

test('cameras are the same only where every number is', () => {
  const { gl } = context();
  assert.ok(sameCamera(cameraOf(gl, ARGS(2)), cameraOf(gl, ARGS(2))));
  assert.ok(!sameCamera(cameraOf(gl, ARGS(2)), cameraOf(gl, ARGS(3))));
  assert.ok(!sameCamera(null, cameraOf(gl, ARGS(2))));
});
