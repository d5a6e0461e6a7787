// What the map would draw although nothing of it can be seen, left out: where the processor draws, each of these covers the
// whole screen in every frame. It reaches into MapLibre: what is not found there is left as it is.

export function drawLean(map) {
  const begin = () => {
    leaveOutSky(map.painter);
    spareAll(map);
  };
  map.on('styledata', () => spareAll(map));
  map.on('webglcontextrestored', begin); // with another painter, and other layers
  begin();
}

// The flat map tilts to 60 degrees, and its horizon comes into view at 72: only the globe has a sky.
function leaveOutSky(painter) {
  const { sky, ...others } = painter?.drawFunctions ?? {};
  if (!sky) return;
  const draw = (mesh, frame) => frame.data?.isRenderingGlobe !== false && sky(mesh, frame);
  painter.drawFunctions = { ...others, sky: draw };
}

function spareAll(map) {
  for (const id of map.getLayersOrder()) spare(map, map.getLayer(id));
}

// Before a layer is drawn, each tile of its source is stamped out on the screen: of a layer without anything in them, for nothing.
function spare(map, layer) {
  if (!layer?.isTileClipped || Object.hasOwn(layer, 'isTileClipped') || !layer.isTileClipped()) return;
  layer.isTileClipped = () => holds(map.style?.tileManagers?.[layer.source], layer);
}

function holds(tiles, layer) {
  if (!tiles) return true;
  return tiles.getVisibleCoordinates().some((id) => tiles.getTile(id)?.getBucket(layer));
}
