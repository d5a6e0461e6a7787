// Builds elements. Text only ever goes in as text nodes, so nothing from the air can become markup.
import { isLight } from './prefs.js';

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) setProp(node, key, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === 'class') node.className = value;
  else if (key === 'text') node.textContent = value;
  else if (key === 'style') for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
  else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
  else if (value === true) node.setAttribute(key, '');
  else node.setAttribute(key, value);
}

// Sets text only where it differs: an unchanged row costs no layout.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const LIGHT_ENOUGH = 0.2; // relative luminance (WCAG) that a thin line needs on the night map
const DARK_ENOUGH = 0.24; // and at most on the light page: 3.6 to 1 against white

// A colour that came from the server, made safe for a style property and plain to see on the page as it is.
export function safeColor(color, light = isLight()) {
  const match = /^#([0-9a-f]{6})$/i.exec(color ?? '');
  if (!match) return light ? '#5a6f86' : '#8ea4bd';
  let rgb = [0, 2, 4].map((i) => parseInt(match[1].slice(i, i + 2), 16));
  if (light) while (luminance(rgb) > DARK_ENOUGH) rgb = rgb.map((v) => Math.round(v * 0.9));
  else while (luminance(rgb) < LIGHT_ENOUGH) rgb = rgb.map((v) => Math.round(v + (255 - v) * 0.12));
  return `#${rgb.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export const $ = (selector, root = document) => root.querySelector(selector);
