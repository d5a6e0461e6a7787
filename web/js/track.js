// The track of what is selected: positions from the store, drawn as a line coloured by altitude, gaps dashed.
import { altitudeColor } from './altitude.js';
import { isAbort } from './api.js';
import { groupBy } from './collect.js';
import { parseTime, rfc3339 } from './time.js';

const GAP_MS = 120_000;
export const AROUND_MS = 20 * 60_000;
const MOST_AIRCRAFT = 6; // an event of many is told by a few of them
const STEP_FT = 1000; // altitude is coloured in bands of this height, so that a long climb is few lines

// [{time, lng, lat, altitude, speed, rate}] in time order, from features of the positions collection.
export function readPositions(features) {
  const rows = features.map(({ geometry, properties: p }) => ({
    time: parseTime(p.position_time ?? p.time),
    lng: geometry?.coordinates?.[0],
    lat: geometry?.coordinates?.[1],
    altitude: number(p.baro_altitude ?? p.geo_altitude),
    baro: number(p.baro_altitude),
    geo: number(p.geo_altitude),
    speed: number(p.ground_speed),
    track: number(p.track),
    rate: number(p.vertical_rate),
    nic: number(p.nic),
    nacp: number(p.nac_p),
    rssi: number(p.rssi),
    callsign: typeof p.callsign === 'string' ? p.callsign : '',
    source: typeof p.source === 'string' ? p.source : '',
    ground: p.on_ground === true || p.on_ground === 1,
    flight: String(p.flight ?? ''),
  }));
  return rows.filter((row) => Number.isFinite(row.time)).sort((a, b) => a.time - b.time);
}

const number = (value) => (typeof value === 'number' ? value : NaN);

// Two streams may share one address: each flight is drawn by itself.
export function trackFeatures(rows) {
  return [...groupBy(rows, (row) => row.flight).values()].flatMap(flightFeatures);
}

// The question for where an aircraft was around a span of time.
export const around = (icao24, start, end) => ({
  icao24: icao24.split('/')[0],
  datetime: `${rfc3339(Math.round(start - AROUND_MS))}/${rfc3339(Math.round(end + AROUND_MS))}`,
});

// Lines of one colour each; a gap in time becomes a line of its own, marked as such.
function flightFeatures(rows) {
  const out = [];
  let run = null;
  let turn = 0;
  let before = null;
  for (const row of rows.filter((r) => Number.isFinite(r.lng) && Number.isFinite(r.lat))) {
    if (before) turn += before.lng - row.lng > 180 ? 360 : before.lng - row.lng < -180 ? -360 : 0;
    const point = [row.lng + turn, row.lat];
    if (before) {
      const gap = row.time - before.time > GAP_MS;
      const color = altitudeColor(
        Number.isFinite(row.altitude) ? Math.round(row.altitude / STEP_FT) * STEP_FT : NaN,
        row.ground,
      );
      if (!run || run.properties.gap !== gap || run.properties.color !== color)
        out.push((run = piece(before.point, color, gap)));
      run.geometry.coordinates.push(point);
    }
    before = { ...row, point };
  }
  return out;
}

function piece(from, color, gap) {
  return { type: 'Feature', properties: { color, gap }, geometry: { type: 'LineString', coordinates: [from] } };
}

export class Track {
  #asking = null;

  constructor(map, app) {
    Object.assign(this, { map, app });
    map.addSource('track', { type: 'geojson', data: empty(), tolerance: 0.1 });
    const under = 'selected/line';
    const width = ['interpolate', ['linear'], ['zoom'], 3, 1.6, 9, 3];
    const line = (id, filter, paint) =>
      map.addLayer(
        { id, type: 'line', source: 'track', filter, layout: { 'line-cap': 'round', 'line-join': 'round' }, paint },
        under,
      );
    line('track/edge', ['!', ['get', 'gap']], {
      'line-color': '#060a11',
      'line-width': ['interpolate', ['linear'], ['zoom'], 3, 3.6, 9, 6],
      'line-opacity': 0.7,
    });
    line('track/line', ['!', ['get', 'gap']], { 'line-color': ['get', 'color'], 'line-width': width });
    line('track/gap', ['get', 'gap'], { 'line-color': '#8ea4bd', 'line-width': 1.2, 'line-dasharray': [1, 2.5] });
    app.state.on(['layers'], () => this.#show());
    this.#show();
  }

  // Positions of each aircraft around a span of time, [{id, name, rows}]; draws them all. null when overtaken by a newer question.
  // `keep`: what is drawn stays until the new lines are there, as when they only grew.
  async load(ids, start, end, { keep = false } = {}) {
    if (keep) this.#asking?.abort();
    else this.clear();
    const asking = (this.#asking = new AbortController());
    const one = async (id) => {
      const rows = readPositions(await this.app.api.items('positions', around(id, start, end), { cap: 6000, signal: asking.signal }));
      return { id, name: rows.findLast((row) => row.callsign)?.callsign ?? '', rows };
    };
    try {
      const found = await Promise.all(ids.slice(0, MOST_AIRCRAFT).map(one));
      if (asking.signal.aborted) return null;
      this.map.getSource('track').setData({ type: 'FeatureCollection', features: found.flatMap(({ rows }) => trackFeatures(rows)) });
      return found;
    } catch (error) {
      if (isAbort(error)) return null;
      throw error;
    }
  }

  clear() {
    this.#asking?.abort();
    this.map.getSource('track').setData(empty());
  }

  #show() {
    const visibility = this.app.state.get().layers.trails ? 'visible' : 'none';
    for (const id of ['track/edge', 'track/line', 'track/gap'])
      this.map.setLayoutProperty(id, 'visibility', visibility);
  }
}

const empty = () => ({ type: 'FeatureCollection', features: [] });
