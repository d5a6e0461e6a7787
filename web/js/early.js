// What is asked for before there is a map, so that the answers come while it starts: classes, aircraft, and, as soon as
// the service tells the time, or else these do, the anomalies of the window that ends there.
import { CAP } from './anomalies.js';
import { parseTime, rfc3339 } from './time.js';

// Epoch ms of the newest position in tables of columns; 0 where there is none.
export const newestOf = (tables) =>
  tables.reduce((most, { columns }) => columns.position_time.reduce((a, b) => Math.max(a, b), most), 0);

const timeOf = ({ data_time: time }) => parseTime(time) || 0;

// {classes, sky, anomalies}: promises; anomalies are {span, features}, null where nothing is known of the time.
export function askEarly(api, { live, window }) {
  const sky = live ? api.sky() : Promise.resolve([]);
  const told = live ? api.get('/health').then(timeOf, () => 0) : Promise.resolve(0);
  const end = told.then((time) => time || sky.then(newestOf));
  const early = { classes: api.get('/classes'), sky, anomalies: end.then(until) };
  for (const answer of Object.values(early)) answer.catch(() => {}); // the session says so when it looks
  return early;

  async function until(end) {
    if (!end) return null;
    const span = [end - window * 1000, end];
    const datetime = span.map((ms) => rfc3339(ms)).join('/');
    return { span, features: await api.items('anomalies', { datetime }, { cap: CAP }) };
  }
}
