// terra-draw on the map, loaded when first needed. It draws in longitudes counted from the middle of the view, so that
// an area may lie across the antimeridian; what goes in and out are areas (area.js).
import { AreaError, makeArea, opened, wrapLng } from './area.js';
import { boxOf, outlineOf } from './area_shape.js';
import { checkHoles, withHoles } from './draw_holes.js';
import { shifted } from './draw_shifted.js';
import { distanceKm } from './geo.js';

const FINISH = 'f'; // the key that ends a shape; Enter sets a point (draw_keys.js)
const MODES = { polygon: 'polygon', rectangle: 'rectangle', circle: 'circle', corridor: 'linestring' };
const DIGITS = 6;

export class DrawTool {
  #map;
  #draw = null;
  #origin = 0;
  #width = 0;
  #area = null; // as it was before it is dragged
  #ids = []; // of the shapes that are being changed: one for each part of the area

  // ondraft(area) while it takes shape, ondone(area) when a shape or a change of it is complete, ontrouble(error).
  constructor(map, { colour, ondraft, ondone, ontrouble }) {
    Object.assign(this, { colour, ondraft, ondone, ontrouble });
    this.#map = map;
  }

  get on() {
    return this.#draw !== null;
  }

  // Whether a complete shape is there to be changed, rather than a new one begun.
  get changing() {
    return this.#ids.length > 0;
  }

  // What draws, fetched when somebody is about to: corners that are set before it is there are lost.
  load = () => Promise.all([import('terra-draw'), import('terra-draw-maplibre-gl-adapter')]);

  async start(kind, width) {
    await this.#open(this.#map.getCenter().lng, width);
    this.#kind = kind;
    this.#draw.setMode(MODES[kind]);
  }

  async edit(area, width) {
    const [west, , east] = boxOf(area);
    await this.#open((west + east) / 2, width);
    this.#kind = area.kind;
    this.#put(area);
  }

  #kind = '';

  // The width of a corridor may change while it is drawn.
  set width(km) {
    this.#width = km;
    if (this.on) this.#told();
  }

  finish() {
    const key = { key: FINISH, bubbles: true };
    this.#map.getCanvas().dispatchEvent(new KeyboardEvent('keyup', key));
  }

  stop() {
    if (!this.on) return;
    this.#draw.stop();
    this.#draw = null;
    this.#ids = [];
  }

  async #open(origin, width) {
    const [terra, { TerraDrawMapLibreGLAdapter }] = await this.load();
    this.stop();
    this.#origin = origin;
    this.#width = width;
    const adapter = new (shifted(TerraDrawMapLibreGLAdapter))({ map: this.#map, coordinatePrecision: DIGITS }, origin);
    this.#draw = new terra.TerraDraw({ adapter, modes: modesOf(terra, this.colour()) });
    this.#draw.start();
    this.#draw.on('change', () => this.#told());
    this.#draw.on('finish', (id, { action }) => this.#finished(id, action));
  }

  // What is there of the area: all its parts while it is changed, else the one shape that is begun.
  #shapes() {
    const all = this.#draw?.getSnapshot() ?? [];
    if (this.changing) return this.#ids.map((id) => all.find((one) => one.id === id)).filter(Boolean);
    return all.filter((one) => one.properties.mode === MODES[this.#kind]).slice(0, 1);
  }

  #told() {
    const area = this.#read(() => {});
    if (area) this.ondraft(area);
  }

  #read(ontrouble) {
    const lines = this.#shapes().map(({ geometry }) => this.#back(geometry));
    if (!lines.length) return null;
    try {
      if (this.#kind !== 'polygon' || !this.changing) return makeArea(areaOf(this.#kind, lines[0], this.#width));
      const parts = lines.map((line, i) => withHoles(opened(line), this.#area.parts[i]));
      checkHoles(parts);
      return makeArea({ kind: 'polygon', parts });
    } catch (error) {
      if (!(error instanceof AreaError)) throw error;
      ontrouble(error); // half a shape is no area yet; a whole one that is none is told to the user
      return null;
    }
  }

  #finished(id, action) {
    const area = exact(this.#read(this.ontrouble), this.#area, action);
    if (!area && !this.changing) return this.#draw.clear();
    // From here on it is changed; what was dragged becomes the exact shape again, and what cannot be is taken back. Not
    // within terra-draw's own call.
    return setTimeout(() => {
      if (!this.on) return;
      const part = Math.max(0, this.#ids.indexOf(id));
      this.#put(area ?? this.#area, part);
      if (area) this.ondone(area);
      else this.ondraft(this.#area);
    });
  }

  #put(area, part = 0) {
    this.#ids = [];
    this.#draw.clear();
    this.#area = area;
    this.#draw.setMode('select');
    const shapes = this.#forth(area).map((geometry) => ({ id: this.#draw.getFeatureId(), type: 'Feature', geometry, properties: { mode: MODES[area.kind] } }));
    this.#ids = shapes.map(({ id }) => id);
    this.#draw.addFeatures(shapes);
    this.#draw.selectFeature(this.#ids[part] ?? this.#ids[0]);
  }

  #back({ type, coordinates }) {
    const line = type === 'Polygon' ? coordinates[0] : coordinates;
    return line.map(([x, y]) => [x + this.#origin, y]);
  }

  // A circle is dragged by eight of its corners; the whole of it, and holes, are drawn by the map (area_layer.js).
  #lines(area) {
    if (area.kind === 'corridor') return [area.points];
    const rings = outlineOf(area).map(([ring]) => ring);
    return area.kind === 'circle' ? rings.map((ring) => ring.filter((_, i) => i % ((ring.length - 1) / 8) === 0)) : rings;
  }

  #forth(area) {
    return this.#lines(area).map((line) => {
      const [first] = line[0];
      const start = wrapLng(first - this.#origin);
      const moved = line.map(([x, y]) => [Number((start + x - first).toFixed(DIGITS)), Number(y.toFixed(DIGITS))]);
      return area.kind === 'corridor' ? { type: 'LineString', coordinates: moved } : { type: 'Polygon', coordinates: [moved] };
    });
  }
}

// On the map's plane a circle that is dragged or resized is none any more: what was not meant to change stays.
function exact(area, before, action) {
  if (area?.kind !== 'circle' || before?.kind !== 'circle') return area;
  if (action === 'dragCoordinateResize') return { ...area, points: before.points };
  return action === 'dragFeature' ? { ...area, size: before.size } : area;
}

// A line of terra-draw as an area. It hands out circles as rings: north and south of it give the middle, exactly.
export function areaOf(kind, line, width) {
  if (kind === 'polygon') return { kind, parts: [[line]] };
  if (kind === 'corridor') return { kind, points: line, size: width };
  const lngs = line.map((p) => p[0]);
  const lats = line.map((p) => p[1]);
  const [west, east] = [Math.min(...lngs), Math.max(...lngs)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  if (kind === 'rectangle')
    return {
      kind,
      points: [
        [west, south],
        [east, north],
      ],
    };
  const centre = [(west + east) / 2, (south + north) / 2];
  return { kind, points: [centre], size: distanceKm(centre, [centre[0], north]) };
}

function modesOf(terra, colour) {
  const keyEvents = { finish: FINISH, cancel: null };
  const fill = { fillColor: colour, fillOpacity: 0, outlineColor: colour, outlineWidth: 0.01 };
  const dots = { closingPointColor: colour, closingPointWidth: 5, coordinatePointColor: colour };
  const drag = { draggable: true, coordinates: { midpoints: true, draggable: true, deletable: true } };
  const resize = (how) => ({ feature: { draggable: true, coordinates: { resizable: how } } });
  const common = { keyEvents, pointerDistance: 24 };
  return [
    new terra.TerraDrawPolygonMode({ ...common, styles: { ...fill, ...dots }, showCoordinatePoints: true }),
    new terra.TerraDrawRectangleMode({ ...common, styles: fill, drawInteraction: 'click-move-or-drag' }),
    new terra.TerraDrawCircleMode({ ...common, styles: fill, drawInteraction: 'click-move-or-drag' }),
    new terra.TerraDrawLineStringMode({
      ...common,
      styles: { lineStringColor: colour, lineStringWidth: 1.5, ...dots },
      showCoordinatePoints: true,
    }),
    new terra.TerraDrawSelectMode({
      pointerDistance: 30,
      allowManualDeselection: false,
      keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
      flags: {
        polygon: { feature: drag },
        linestring: { feature: drag },
        rectangle: resize('opposite'),
        circle: resize('center'),
      },
      styles: selectStyles(colour),
    }),
  ];
}

const selectStyles = (colour) => ({
  selectedPolygonColor: colour,
  selectedPolygonFillOpacity: 0,
  selectedPolygonOutlineColor: colour,
  selectedPolygonOutlineWidth: 0.01,
  selectedLineStringColor: colour,
  selectedLineStringWidth: 1.5,
  selectionPointColor: '#ffffff',
  selectionPointWidth: 6,
  selectionPointOutlineColor: colour,
  selectionPointOutlineWidth: 2,
  midPointColor: colour,
  midPointWidth: 4,
  midPointOutlineColor: '#ffffff',
  midPointOutlineWidth: 1,
});
