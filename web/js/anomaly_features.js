// An anomaly as features of the map's two sources: its shape, where it is more than a place, and the place of its marker.
export function featuresOf(one) {
  return {
    'anomaly-shapes': shapes(one),
    'anomaly-anchors': [feature(one, one.id, { type: 'Point', coordinates: one.anchor }, { anchor: 1 })],
  };
}

// Two points of a pair are joined by a line.
function shapes(one) {
  const { geometry } = one.feature;
  if (geometry.type === 'Point') return [];
  const own = feature(one, one.id, geometry);
  if (geometry.type !== 'MultiPoint' || geometry.coordinates.length !== 2) return [own];
  return [own, feature(one, `${one.id}/line`, { type: 'LineString', coordinates: shortWay(geometry.coordinates) })];
}

function feature(one, id, geometry, more = {}) {
  const open = one.cleared ? -1 : one.open ? 1 : 0;
  const size = areaOf(one);
  return { type: 'Feature', id, geometry, properties: { key: id, id: one.id, cls: one.cls, rank: one.rank, open, size, ...more } };
}

// Degrees across an area; 0 of what is none.
export const areaOf = ({ feature, size }) => (/Poly/.test(feature.geometry.type) ? size : 0);

function shortWay([a, b]) {
  const turn = b[0] - a[0] > 180 ? -360 : b[0] - a[0] < -180 ? 360 : 0;
  return [a.slice(0, 2), [b[0] + turn, b[1]]];
}
