// Line icons in a 24-unit box, for the page and for the map's markers. A class names its icon in /classes.
import { isLight } from './prefs.js';

const UI = {
  layers: 'M12 4 21 9l-9 5-9-5zM4 13.5l8 4.5 8-4.5',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5',
  help: 'M9.2 9.2a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.1-1.5 2.2M12 17.3h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  close: 'M6 6l12 12M18 6 6 18',
  info: 'M12 11v5.5M12 7.5h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  back: 'M15 5l-7 7 7 7',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  target: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 2.5v4M12 17.5v4M2.5 12h4M17.5 12h4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  north: 'M12 3l5 17-5-4-5 4z',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3.5 12h17M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18',
  grid: 'M4 9h16M4 15h16M9 4v16M15 4v16',
  filter: 'M4 5h16l-6.200 7.500V19l-3.600-2v-4.500z',
  table: 'M4 5h16v14H4zM4 9.600h16M4 14.300h16M10.500 9.600V19',
  plane: 'M12 3v18M12 9 3.5 14M12 9l8.5 5M9 20l3-1.5L15 20',
  home: 'M4 11l8-7 8 7M6.5 9.5V20h11V9.5',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2',
  check: 'M5 12.5l4.5 4.5L19 7',
  draw: 'M4 20l1-4L16 5l3 3L8 19zM13.5 7.500l3 3',
  polygon: 'M5 9l7-5 7 5-2.500 10h-9z',
  rectangle: 'M4 6h16v12H4z',
  circle: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z',
  corridor: 'M3 15 12 6h9M7 20l7-7h7',
  upload: 'M12 20V8M7.500 12.500 12 8l4.500 4.500M5 4h14',
  trash: 'M5 7h14M9.500 7V4h5v3M7 7l1 13h8l1-13',
  bookmark: 'M7 4h10v16l-5-4-5 4z',
  previous: 'M17 6v12l-8-6zM7 6v12',
  next: 'M7 6v12l8-6zM17 6v12',
  compare: 'M12 3v18M9 6H4v12h5M15 6h5v12h-5',
  eye: 'M2.5 12c2.5-4.3 5.7-6.5 9.5-6.5s7 2.2 9.5 6.5c-2.5 4.3-5.7 6.5-9.5 6.5S5 16.3 2.500 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  place: 'M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.800v4.400M9 14.800v4.400',
  chart: 'M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6',
  download: 'M12 4v11M7.500 10.500 12 15l4.500-4.500M5 20h14',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  chevron: 'M9 6l6 6-6 6',
  bell: 'M6 17h12l-1.500-2v-4.500a4.500 4.500 0 0 0-9 0V15zM10.500 20h3M12 6V4',
  sound: 'M4 10v4h3.500L12 18V6l-4.500 4zM15.500 9.500a4 4 0 0 1 0 5M18 7a7.500 7.500 0 0 1 0 10',
  send: 'M4 12 20 5l-6 15-3-6.500zM11 13.500 20 5',
  note: 'M5 5h14v10l-4 4H5zM15 19v-4h4M8.500 9h7M8.500 12.500h4',
  mute: 'M6 17h12l-1.500-2v-4.500a4.500 4.500 0 0 0-9 0V15zM4 4l16 16',
  done: 'M3.500 12.500 8 17l8-10M12.500 16l1 1 7.500-10',
};

const CLASS = {
  clock: UI.clock,
  plane: UI.plane,
  orbit: 'M19 12a7 7 0 1 1-2.3-5.2M17.5 2.8v4.2h-4.2',
  ghost: 'M6 20v-9a6 6 0 0 1 12 0v9l-3-2.2-3 2.2-3-2.2zM10 11h.01M14 11h.01',
  alert: 'M12 4.5 20.5 19h-17zM12 10.5v3.5M12 16.5h.01',
  descent: 'M12 4v15M6 13l6 6.5 6-6.5',
  split: 'M12 20.5v-6.5M12 14 5.5 5.5M12 14l6.5-8.5M5.5 10V5.5H10M14 5.5h4.5V10',
  clone: 'M8.5 8.5V4.5h11v11h-4M4.5 8.5h11v11h-11z',
  formation: 'M12 4l3 5.5H9zM6.5 13l3 5.5h-6zM17.5 13l3 5.5h-6z',
  tag: 'M4.5 4.5h7.5l7.5 7.5-7.5 7.5-7.5-7.5zM8.5 8.5h.01',
  signal:
    'M5.5 18.5a9.2 9.2 0 0 1 0-13M18.5 5.5a9.2 9.2 0 0 1 0 13M8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M12 12h.01',
  zone: 'M12 3.5l7.5 3.5v5c0 4.5-3 7.5-7.5 8.5-4.5-1-7.5-4-7.5-8.5V7z',
  turn: 'M5 20v-6a6 6 0 0 1 6-6h7M14 4l4 4-4 4',
  wave: 'M3 12c2.2-7 4.6-7 6.8 0s4.6 7 6.8 0c.9-2.8 2-4.5 3.4-5',
  climb: 'M12 20V5M6 11l6-6.5 6 6.5',
  eye: 'M2.5 12c2.5-4.3 5.7-6.5 9.5-6.5s7 2.2 9.5 6.5c-2.5 4.3-5.7 6.5-9.5 6.5S5 16.3 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  route: 'M6 4a2.2 2.2 0 1 0 0 4.4A2.2 2.2 0 0 0 6 4zM18 15.6a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM6 8.400V12c0 2 1 3 3 3h3c2 0 3.8 1 3.8 2.8',
  bolt: 'M13 3 5.5 13.5H11L10 21l8-11h-6z',
  drift: 'M4 17h5l4-10h7M4 12.5h3M15 12.5h5M17 4l3 3-3 3',
  splice: 'M3.5 16.5h6V20M9.5 16.5v-2M14.5 9.5v-2M20.5 7.5h-6V4M8 20l8-16',
  approach: 'M3 5l9.5 10H20M17 12l3 3-3 3M3 20.5h18',
  antenna: 'M12 11v9.5M8.5 20.5h7M12 8a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zM7.5 14a6.3 6.3 0 0 1 0-9M16.5 5a6.3 6.3 0 0 1 0 9',
  low: 'M3 20l5-7 3.5 4.5L16 11l5 9zM5 5h14M16 2.5 19 5l-3 2.5',
  missile: 'M20.5 3.5 14 6l-9 9 4 4 9-9zM5 15l-2.5 3.5M9 19l-3.5 2.5',
  near: 'M3.5 7h5.5M6.5 4.5 9 7 6.5 9.5M20.5 17H15M17.5 14.5 15 17l2.5 2.5M12 10.5v3',
  dot: 'M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  path: 'M4 18l5-8.5 5 4.5 6-9',
  area: 'M4.5 8.5l7.5-4 7.5 5-2 8.5-8.5 2-4.5-5z',
  cell: 'M12 3.5l7.5 4.3v8.4L12 20.5l-7.5-4.3V7.8z',
  pair: 'M8 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM16 12a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
};
// Other names that a detector may give the same drawing.
const ALSO = {
  loop: 'orbit', circle: 'orbit', holding: 'orbit', siren: 'alert', warning: 'alert', bell: 'alert', down: 'descent', 'arrow-down': 'descent',
  copy: 'clone', twin: 'clone', duplicate: 'clone', wings: 'formation', chevrons: 'formation', triangle: 'formation', label: 'tag', text: 'tag',
  twins: 'clone', jamming: 'signal', jam: 'signal', satellite: 'signal', waves: 'signal', radio: 'signal', shield: 'zone', fence: 'zone', lock: 'zone', point: 'dot', line: 'path', hex: 'cell', hexagon: 'cell',
}; // prettier-ignore

const SVG = 'http://www.w3.org/2000/svg';

function draw(d, className) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', d);
  svg.append(path);
  return svg;
}

export const icon = (name, className = 'icon') => draw(UI[name] ?? UI.info, className);
export const classIcon = (style, className = 'icon') => draw(classPath(style), className);

// The drawing of a class: by its icon's name, else by its shape, else a dot.
export function classPath({ icon: name = '', shape = '' } = {}) {
  return CLASS[name] && name !== 'dot'
    ? CLASS[name]
    : (CLASS[ALSO[name]] ?? CLASS[shape] ?? CLASS[ALSO[shape]] ?? CLASS.dot);
}

export const MARKER_SIDE = 48; // twice what is shown

// A round marker of a class for the map.
export function drawMarker(ctx, style, color) {
  const side = MARKER_SIDE;
  ctx.beginPath();
  ctx.arc(side / 2, side / 2, side / 2 - 4, 0, 2 * Math.PI);
  ctx.fillStyle = isLight() ? '#ffffff' : '#0a111c';
  ctx.fill();
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = color;
  ctx.stroke();
  ctx.translate(side / 2 - 14.4, side / 2 - 14.4);
  ctx.scale(1.2, 1.2);
  ctx.lineWidth = 2.3;
  ctx.lineCap = ctx.lineJoin = 'round';
  ctx.stroke(new Path2D(classPath(style)));
}

export function markerImage(style, color) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = MARKER_SIDE;
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  drawMarker(ctx, style, color);
  return ctx.getImageData(0, 0, MARKER_SIDE, MARKER_SIDE);
}
