// Areas from files and pasted text: GeoJSON and KML, from anybody. Everything is bounded, and every refusal says why.
import { AreaError, makeArea, MOST_POINTS } from './area.js';
import { slim } from './simplify.js';
import { TEXTS } from './texts.js';

const T = TEXTS.areas.read;

export const MOST_BYTES = 2_000_000;
const MOST_READ = 50_000; // points before they are made fewer
const DEEPEST = 12; // collections within collections
const LINE_KM = 20; // width of a corridor, or radius of a circle, that comes without one

// Text -> {area, note}; raises AreaError. `parseXml` is the browser's: it never fetches what a document names.
export function readArea(text, { name = '', parseXml } = {}) {
  if (text.length > MOST_BYTES) throw new AreaError(T.large(MOST_BYTES / 1e6));
  if (text.startsWith('PK')) throw new AreaError(T.kmz);
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (!trimmed) throw new AreaError(T.nothing);
  const found = trimmed.startsWith('<') ? fromKml(trimmed, parseXml) : fromJson(trimmed);
  return choose(found, name);
}

function fromJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AreaError(T.neither(error.message.replace(/ \(.*/s, '').slice(0, 80)));
  }
  const crs = value?.crs?.properties?.name;
  if (crs && !/CRS:?84|4326/.test(String(crs))) throw new AreaError(T.crs(String(crs).slice(0, 60)));
  const found = { polygons: [], lines: [], points: [], name: '' };
  gather(value, found, 0);
  return found;
}

const TAKES = {
  Polygon: (found, c) => found.polygons.push(c),
  MultiPolygon: (found, c) => found.polygons.push(...list(c)),
  LineString: (found, c) => found.lines.push(c),
  MultiLineString: (found, c) => found.lines.push(...list(c)),
  Point: (found, c) => found.points.push(c),
};

function gather(node, found, depth) {
  if (depth > DEEPEST) throw new AreaError(T.deep);
  if (!node || typeof node !== 'object') throw new AreaError(T.json);
  if (node.type === 'FeatureCollection') return list(node.features).forEach((one) => gather(one, found, depth + 1));
  if (node.type === 'GeometryCollection') return list(node.geometries).forEach((one) => gather(one, found, depth + 1));
  if (node.type === 'Feature') {
    found.name ||= typeof node.properties?.name === 'string' ? node.properties.name : '';
    return node.geometry === null ? undefined : gather(node.geometry, found, depth + 1);
  }
  if (!Object.hasOwn(TAKES, node.type)) throw new AreaError(T.kind(String(node.type).slice(0, 30)));
  return TAKES[node.type](found, node.coordinates);
}

function list(value) {
  if (!Array.isArray(value)) throw new AreaError(T.list);
  return value;
}

function fromKml(text, parseXml) {
  // Entities are how small files become huge ones, and no program writes them into KML.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new AreaError(T.doctype);
  const document = parseXml(text);
  if (document.getElementsByTagName('parsererror').length) throw new AreaError(T.xml);
  if (document.documentElement.localName !== 'kml')
    throw new AreaError(T.otherXml(document.documentElement.localName.slice(0, 30)));
  const all = (name, root = document) => [...root.getElementsByTagNameNS('*', name)];
  const line = (node) => kmlPoints(all('coordinates', node)[0]?.textContent ?? '');
  const rings = (node) => [...all('outerBoundaryIs', node), ...all('innerBoundaryIs', node)].map(line);
  const named = all('Placemark').flatMap((one) => all('name', one))[0];
  return {
    polygons: all('Polygon').map(rings),
    lines: all('LineString').map(line),
    points: all('Point').map((node) => line(node)[0]),
    name: named?.textContent.trim() ?? '',
  };
}

// "lng,lat[,height] lng,lat ..."; an empty number is not zero.
function kmlPoints(text) {
  const number = (word) => (word ? Number(word) : NaN);
  return text
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map((one) => one.split(',').slice(0, 2).map(number));
}

function choose({ polygons, lines, points, name }, file) {
  const label = name || file;
  if (polygons.length)
    return fewer(
      polygons.map((rings) => list(rings).map((ring) => list(ring).map(flat))),
      label,
    );
  if (lines.length > 1) throw new AreaError(T.lines(lines.length));
  if (lines.length) return corridor(list(lines[0]).map(flat), label);
  if (points.length === 1) {
    const area = makeArea({ kind: 'circle', points: [flat(points[0])], size: LINE_KM, name: label });
    return { area, note: T.point(LINE_KM) };
  }
  throw new AreaError(T.none);
}

const flat = (point) => (Array.isArray(point) ? point.slice(0, 2) : point);

function corridor(line, name) {
  const points = slim([[line]], MOST_POINTS)[0][0];
  return {
    area: makeArea({ kind: 'corridor', points, size: LINE_KM, name }),
    note: T.line(LINE_KM),
  };
}

function fewer(parts, name) {
  const count = parts.flat(2).length;
  if (count > MOST_READ) throw new AreaError(T.points(count, MOST_READ));
  const slimmer = slim(parts, MOST_POINTS);
  const area = makeArea({ kind: 'polygon', parts: slimmer, name });
  const left = slimmer.flat(2).length;
  return { area, note: left < count ? T.simpler(left, count) : '' };
}
