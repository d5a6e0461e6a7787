// The chart of what an aircraft did around a span of time, together with its track on the map.
import { drawChart } from './chart.js';
import { h } from './dom.js';
import { clockText } from './time.js';
import { mainFlight } from './track.js';

export function chartBlock() {
  const key = h(
    'span',
    { class: 'keyline' },
    h('span', { class: 'k-alt', text: 'ft' }),
    h('span', { class: 'k-speed', text: 'kt' }),
  );
  return h(
    'section',
    { class: 'block chart-block' },
    h('h3', {}, 'Altitude and speed', key),
    h('div', { class: 'chart' }, h('div', { class: 'skeleton chart-wait' })),
    h('p', { class: 'chart-readout' }),
  );
}

// Fills the chart block in `root`; returns what takes the chart away again, or null.
export async function showHistory(root, app, { icao24, start, end, color }) {
  const host = root.querySelector('.chart');
  const note = root.querySelector('.chart-readout');
  try {
    const rows = await app.track.load(icao24, start, end);
    if (!rows || !host.isConnected) return null;
    host.replaceChildren();
    note.textContent = summary(rows);
    const drawable = rows.some((row) => Number.isFinite(row.altitude) || Number.isFinite(row.speed));
    return drawable ? await drawChart(host, mainFlight(rows, start, end), { start, end, color }) : null;
  } catch (error) {
    if (!host.isConnected) return null;
    host.replaceChildren();
    note.textContent = `Track did not load. ${error.message}`;
    return null;
  }
}

function summary(rows) {
  if (!rows.length) return 'No positions are stored for this time.';
  return `${rows.length} positions, ${clockText(rows[0].time)} to ${clockText(rows[rows.length - 1].time)} UTC`;
}
