// terra-draw on the map, loaded when first needed. It draws in longitudes counted from the middle of the view, so that
// an area may lie across the antimeridian; what goes in and out are areas (area.js).
import { makeArea, wrapLng } from './area.js';
import { boxOf, outlineOf } from './area_shape.js';
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
  #id = null; // of the shape that is being changed

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
    return this.#id !== null;
  }

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
    this.#id = null;
  }

  async #open(origin, width) {
    const [terra, { TerraDrawMapLibreGLAdapter }] = await Promise.all([
      import('terra-draw'),
      import('terra-draw-maplibre-gl-adapter'),
    ]);
    this.stop();
    this.#origin = origin;
    this.#width = width;
    const adapter = new (shifted(TerraDrawMapLibreGLAdapter))({ map: this.#map, coordinatePrecision: DIGITS }, origin);
    this.#draw = new terra.TerraDraw({ adapter, modes: modesOf(terra, this.colour()) });
    this.#draw.start();
    this.#draw.on('change', () => this.#told());
    this.#draw.on('finish', (id, { action }) => this.#finished(id, action));
  }

  #shape(id) {
    const all = this.#draw?.getSnapshot() ?? [];
    return all.find((one) => (id === undefined ? one.properties.mode === MODES[this.#kind] : one.id === id));
  }

  #told() {
    const area = this.#read(this.#shape(), () => {});
    if (area) this.ondraft(area);
  }

  #read(feature, ontrouble) {
    if (!feature) return null;
    try {
      return makeArea(areaOf(this.#kind, this.#back(feature.geometry), this.#width));
    } catch (error) {
      ontrouble(error); // half a shape is no area yet; a whole one that is none is told to the user
      return null;
    }
  }

  #finished(id, action) {
    const area = exact(this.#read(this.#shape(id), this.ontrouble), this.#area, action);
    if (!area) {
      if (!this.changing) this.#draw.clear();
      return;
    }
    // From here on it is changed; what was dragged becomes the exact shape again. Not within terra-draw's own call.
    setTimeout(() => {
      if (!this.on) return;
      this.#put(area);
      this.ondone(area);
    });
  }

  #put(area) {
    this.#draw.clear();
    this.#area = area;
    this.#id = this.#draw.getFeatureId();
    this.#draw.setMode('select');
    const geometry = this.#forth(area);
    this.#draw.addFeatures([{ id: this.#id, type: 'Feature', geometry, properties: { mode: MODES[area.kind] } }]);
    this.#draw.selectFeature(this.#id);
  }

  #back({ type, coordinates }) {
    const line = type === 'Polygon' ? coordinates[0] : coordinates;
    return line.map(([x, y]) => [x + this.#origin, y]);
  }

  // A circle is dragged by eight of its corners; the whole of it is drawn by the map (area_layer.js).
  #handles(area) {
    const ring = outlineOf(area)[0][0];
    return area.kind === 'circle' ? ring.filter((_, i) => i % ((ring.length - 1) / 8) === 0) : ring;
  }

  #forth(area) {
    const line = area.kind === 'corridor' ? area.points : this.#handles(area);
    const [first] = line[0];
    const start = wrapLng(first - this.#origin);
    const moved = line.map(([x, y]) => [Number((start + x - first).toFixed(DIGITS)), Number(y.toFixed(DIGITS))]);
    return area.kind === 'corridor'
      ? { type: 'LineString', coordinates: moved }
      : { type: 'Polygon', coordinates: [moved] };
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

// The adapter, in longitudes counted from `origin`.
function shifted(Adapter) {
  return class extends Adapter {
    constructor(config, origin) {
      super(config);
      this.origin = origin;
    }

    unproject(x, y) {
      const { lng, lat } = super.unproject(x, y);
      return { lng: lng - this.origin, lat };
    }

    project(lng, lat) {
      return super.project(lng + this.origin, lat);
    }

    render({ created, updated, unchanged, deletedIds }, styling) {
      const move = (features) => features.map((one) => ({ ...one, geometry: moved(one.geometry, this.origin) }));
      super.render({ created: move(created), updated: move(updated), unchanged: move(unchanged), deletedIds }, styling);
    }
  };
}

function moved({ type, coordinates }, by) {
  const deep = (c) => (typeof c[0] === 'number' ? [c[0] + by, c[1]] : c.map(deep));
  return { type, coordinates: deep(coordinates) };
}
