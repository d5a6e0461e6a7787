// Opacity of whole layers: what a layer's own style says, times what the user chose.
const PROPERTIES = {
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['icon-opacity', 'text-opacity'],
};

export const LEAST = 0.1; // fainter is off

export function fade(map, { id, type, paint = {} }, share) {
  for (const name of PROPERTIES[type]) {
    const own = paint[name] ?? 1;
    map.setPaintProperty(id, name, typeof own === 'number' ? own * share : ['*', own, share]);
  }
}

// 1 where nothing was chosen.
export const shareOf = ({ opacity }, name) => opacity[name] ?? 1;

// `zones:40,tracks:75`, in percent.
export const formatOpacity = (opacity) =>
  Object.entries(opacity)
    .filter(([, share]) => share < 1)
    .map(([name, share]) => `${name}:${Math.round(share * 100)}`)
    .sort()
    .join(',');

export function parseOpacity(text, names) {
  const pairs = String(text ?? '')
    .split(',')
    .map((one) => one.split(':'));
  const good = pairs.filter(
    ([name, percent]) => names.includes(name) && Number(percent) >= LEAST * 100 && Number(percent) < 100,
  );
  return Object.fromEntries(good.map(([name, percent]) => [name, Number(percent) / 100]));
}
