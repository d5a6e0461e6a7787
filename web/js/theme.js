// Colours for what is drawn rather than styled: the page's own tokens, as the theme of the moment has them.
import { isLight } from './prefs.js';

const MIXED = new Map(); // what the tokens came to, by theme and name: canvases ask with every frame

// ink('--text', '--line'): the colours as a canvas takes them.
export const ink = (...names) => names.map(inkOf);

function inkOf(name) {
  const key = `${isLight()}${name}`;
  if (!MIXED.has(key)) {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    MIXED.set(key, getComputedStyle(probe).color);
    probe.remove();
  }
  return MIXED.get(key);
}

// The smallest writing of the page, as a canvas takes it: larger where the page is held in a hand.
export const smallFont = () => `500 ${getComputedStyle(document.documentElement).getPropertyValue('--tiny').trim() || '11px'} Inter, sans-serif`;

// The colour of the browser's own frame follows the page's.
export function bindTheme(bus, then) {
  const meta = document.querySelector('meta[name=theme-color]');
  const apply = () => meta?.setAttribute('content', isLight() ? '#ffffff' : '#0b111a');
  bus.on('prefs', (changed) => {
    if (!changed.includes('theme')) return;
    apply();
    then();
  });
  apply();
}
