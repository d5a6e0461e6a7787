// What is drawn of the map and when: nothing before all is there, nothing of nothing, and all again with a new context.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstPicture, holdDrawing, wholePicture } from '../../../web/js/first_picture.js';
import { drawLean } from '../../../web/js/lean.js';
import { addOwn, watchContext } from '../../../web/js/own_layers.js';

// As much of a map as these ask for. tell() calls whoever listens.
function fakeMap(more = {}) {
  const listeners = [];
  const map = {
    layers: {},
    on: (type, fn) => listeners.push([type, fn]),
    once: (type, fn) => listeners.push([type, fn, true]),
    off(type, fn) {
      const at = listeners.findIndex((one) => one[0] === type && one[1] === fn);
      if (at >= 0) listeners.splice(at, 1);
      return map;
    },
    tell(type) {
      const due = listeners.filter(([name]) => name === type);
      for (const one of due) if (one[2]) listeners.splice(listeners.indexOf(one), 1);
      for (const [, fn] of due) fn();
    },
    getLayersOrder: () => Object.keys(map.layers),
    getLayer: (id) => map.layers[id],
    addLayer: (layer, before) => (map.layers[layer.id] = { ...layer, before }),
    triggerRepaint: () => {},
    ...more,
  };
  return map;
}

class Painter {
  frames = 0;
  render() {
    this.frames += 1;
  }
}

class Tiled {
  constructor(source) {
    this.source = source;
  }
  isTileClipped() {
    return true;
  }
}

// A context whose frames are drawn at once, or one that was lost.
const context = ({ lost = false } = {}) => ({
  fenceSync: () => (lost ? null : 'fence'),
  flush: () => {},
  getSyncParameter: () => 'SIGNALED',
  deleteSync: () => {},
  UNSIGNALED: 'UNSIGNALED',
});

for (const lost of [false, true])
  test(`the first picture comes once the map is loaded${lost ? ', and none where the context is lost' : ''}`, async () => {
    const painter = new Painter();
    const map = fakeMap({ painter, loaded: () => false, getCanvas: () => ({ getContext: () => context({ lost }) }) });
    const told = [];
    const done = firstPicture(map, holdDrawing(map)).then(() => told.push('ready'));
    painter.render();
    map.tell('idle');
    await new Promise(setImmediate);
    painter.render();
    assert.deepEqual([painter.frames, told], [1, []]);
    map.tell('render');
    await done;
    assert.deepEqual(told, ['ready']);
  });

test('what is missing is not waited for without end', async () => {
  const painter = new Painter();
  holdDrawing(fakeMap({ painter }), { longest: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  painter.render();
  assert.equal(painter.frames, 1);
});

for (const [globe, drawn] of [[true, 1], [false, 0]]) // prettier-ignore
  test(`the ${globe ? 'globe has' : 'flat map has no'} sky`, () => {
    let skies = 0;
    const painter = { drawFunctions: { sky: () => (skies += 1), line: () => {} } };
    drawLean(fakeMap({ painter }));
    painter.drawFunctions.sky(null, { data: { isRenderingGlobe: globe } });
    assert.equal(skies, drawn);
  });

test('a layer leaves its mask only where its tiles hold something of it', () => {
  const layers = { full: new Tiled('land'), bare: new Tiled('track'), odd: new Tiled('gone') };
  const tiles = (bucket) => ({ getVisibleCoordinates: () => ['0/0/0'], getTile: () => ({ getBucket: () => bucket }) });
  const style = { tileManagers: { land: tiles({}), track: tiles(undefined) } };
  const map = fakeMap({ layers, style });
  map.getLayer = (id) => layers[id];
  drawLean(map);
  assert.deepEqual([layers.full, layers.bare, layers.odd].map((one) => one.isTileClipped()), [true, false, true]); // prettier-ignore
});

test('a map in which nothing is found is left as it is', () => {
  assert.doesNotThrow(() => drawLean(fakeMap({ layers: { plain: {} } })));
});

test('layers of our own are added, dressed and ordered again with a new context', () => {
  const map = fakeMap();
  const dressed = [];
  addOwn(map, { id: 'ground' }, 'names');
  addOwn(map, { id: 'aircraft' }, 'selected', () => dressed.push('aircraft'));
  map.layers = {};
  map.tell('webglcontextrestored');
  map.tell('webglcontextrestored'); // another one was lost before the style came
  assert.deepEqual(Object.keys(map.layers), []);
  map.tell('style.load');
  map.tell('style.load');
  assert.deepEqual(Object.values(map.layers).map(({ id, before }) => [id, before]), [['ground', 'names'], ['aircraft', 'selected']]); // prettier-ignore
  assert.deepEqual(dressed, ['aircraft', 'aircraft']);
});

test('a context that stays away is told, and that it came back after all', async () => {
  const map = fakeMap();
  const told = [];
  watchContext(map, (lost) => told.push(lost), 5);
  map.tell('webglcontextlost');
  map.tell('webglcontextrestored');
  map.tell('webglcontextlost');
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(told, [true]);
  map.tell('webglcontextrestored');
  assert.deepEqual(told, [true, false]);
});

test('while the rest of the picture is brought, only what somebody moves is drawn', async () => {
  const painter = new Painter();
  let [moving, there] = [false, true];
  const map = fakeMap({ painter, isMoving: () => moving, areTilesLoaded: () => there, isStyleLoaded: () => there, getCanvas: () => ({ getContext: () => context() }), _fadeDuration: 150 });
  const done = wholePicture(map, () => (there = false));
  painter.render();
  moving = true;
  painter.render();
  moving = false;
  painter.render();
  assert.deepEqual([painter.frames, map._fadeDuration], [1, 0]);
  there = true;
  for (const drawn of [1, 1, 2]) {
    map.tell('render');
    await new Promise(setImmediate);
    painter.render();
    assert.equal(painter.frames, drawn);
  }
  map.tell('render');
  await done;
  assert.deepEqual([painter.frames, map._fadeDuration], [2, 150]);
});
