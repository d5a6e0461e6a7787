// Plain spherical geometry on [lng, lat] degrees and on web-mercator units (0..1 over the world).
export const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;
export const KM_PER_NMI = 1.852; // exact by definition
const KNOT = 0.514444; // m/s, exact by definition 1852/3600

export const mercatorX = (lng) => (lng + 180) / 360;

export function mercatorY(lat) {
  const s = Math.sin(Math.max(-85.05, Math.min(85.05, lat)) * RAD);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

export const lngOf = (x) => x * 360 - 180;
export const latOf = (y) => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / RAD;

// Mercator units per second of an aircraft at a latitude, with speed in kt and track in degrees true, into out[at] and
// the next; 0 where either is unknown. Ten thousand a second: nothing is made for each.
export function mercatorVelocityInto(out, at, lat, knots, track) {
  const scale = (knots * KNOT) / (2 * Math.PI * EARTH_M * Math.max(0.05, Math.cos(lat * RAD)));
  out[at] = Math.sin(track * RAD) * scale || 0;
  out[at + 1] = -Math.cos(track * RAD) * scale || 0;
}

export function distanceKm([lng1, lat1], [lng2, lat2]) {
  const dLat = (lat2 - lat1) * RAD;
  const dLng = (lng2 - lng1) * RAD;
  const a = Math.sin(dLat / 2) ** 2 + Math.cos(lat1 * RAD) * Math.cos(lat2 * RAD) * Math.sin(dLng / 2) ** 2;
  return (2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(a)))) / 1000;
}

export const distanceNmi = (a, b) => distanceKm(a, b) / KM_PER_NMI;

// The point at a distance and bearing (radians) on the sphere; its longitude runs on from where it started.
export function destination([lng, lat], km, bearing) {
  const d = (km * 1000) / EARTH_M;
  const a = lat * RAD;
  const b = Math.asin(Math.sin(a) * Math.cos(d) + Math.cos(a) * Math.sin(d) * Math.cos(bearing));
  const turn = Math.atan2(Math.sin(bearing) * Math.sin(d) * Math.cos(a), Math.cos(d) - Math.sin(a) * Math.sin(b));
  return [lng + turn / RAD, b / RAD];
}

// Every position of any GeoJSON geometry, flat.
export function positionsOf(geometry) {
  if (!geometry) return [];
  if (geometry.type === 'GeometryCollection') return geometry.geometries.flatMap(positionsOf);
  const depth = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 }[
    geometry.type
  ];
  if (depth === undefined) return [];
  return depth === 0 ? [geometry.coordinates] : geometry.coordinates.flat(depth - 1);
}

// [west, south, east, north]; east may exceed 180 where the shape lies across the antimeridian.
export function boundsOf(positions) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const wide = spansAntimeridian(positions);
  for (const [lng0, lat] of positions) {
    const lng = wide && lng0 < 0 ? lng0 + 360 : lng0;
    box[0] = Math.min(box[0], lng);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lng);
    box[3] = Math.max(box[3], lat);
  }
  return positions.length ? box : null;
}

function spansAntimeridian(positions) {
  let least = Infinity;
  let most = -Infinity;
  for (const [lng] of positions) {
    least = Math.min(least, lng);
    most = Math.max(most, lng);
  }
  // A shape wider than half the world is taken to lie across the antimeridian: no anomaly is that large.
  return most - least > 180;
}

// Whether two boxes meet, whatever multiple of 360 degrees lies between them.
export function boxesMeet(a, b) {
  if (a[1] > b[3] || b[1] > a[3]) return false;
  return [-360, 0, 360].some((turn) => a[0] + turn <= b[2] && b[0] <= a[2] + turn);
}

// The box that holds the middle `share` of the points in each direction, so that one stray does not decide the view.
export function typicalBounds(points, share = 0.88) {
  if (!points.length) return null;
  const cut = Math.floor((points.length * (1 - share)) / 2);
  const lngs = points.map((p) => p[0]).sort((a, b) => a - b);
  const lats = points.map((p) => p[1]).sort((a, b) => a - b);
  const last = points.length - 1 - cut;
  return [lngs[cut], lats[cut], lngs[last], lats[last]];
}

// Nearest aircraft of a fleet to a mercator point, within `radius` mercator units, or null.
export function nearestOf(fleet, x, y, radius) {
  let best = null;
  let least = radius;
  fleet.eachWhere((one, px, py) => {
    const dx = Math.abs(px - (x - Math.floor(x)));
    const distance = Math.hypot(Math.min(dx, Math.abs(dx - 1)), py - y);
    if (distance < least) [best, least] = [one, distance];
  });
  return best;
}
