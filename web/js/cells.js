// What cells of interference say: one of them under the pointer, all of them beside another time.
import { TEXTS } from './texts.js';
import { clockText, dayText, parseTime, zoneText } from './time.js';

const T = TEXTS.tools.cells;
export const RED = 0.1; // the share from which GPSJam paints a cell red

export const redIn = (features) => features.filter(({ properties }) => properties.share >= RED).length;

// `datetime`: the interval that was asked for; `daily`: whether each aircraft counts once a day, not once in half an hour.
export function cellLines({ share, good, bad }, { datetime, daily }) {
  const percent = share < RED ? Number((share * 100).toFixed(1)) : Math.round(share * 100);
  const [start, end] = datetime.split('/').map(parseTime);
  const day = dayText(start) === dayText(end) ? '' : `${dayText(end)} `;
  return [T.share(percent), T.counted(bad, good + bad, daily), T.span(`${dayText(start)} ${clockText(start, false)}`, `${day}${clockText(end, false)} ${zoneText(end)}`)]; // prettier-ignore
}
