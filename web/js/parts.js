// Small pieces that many panels are made of.
import { h, safeColor } from './dom.js';
import { classIcon, icon } from './icons.js';

// A square button that shows an icon and says its name to those who cannot see it.
export function iconButton(name, label, onclick, { title = label, small = false, ...more } = {}) {
  const className = small ? 'icon-button small' : 'icon-button';
  return h('button', { class: className, type: 'button', 'aria-label': label, title, onclick, ...more }, icon(name));
}

// A button with an icon and a word.
export function wordButton(name, text, onclick, more = {}) {
  return h('button', { class: 'button', type: 'button', onclick, ...more }, icon(name), text);
}

// A titled block; null where there is nothing to put into it.
export function block(title, ...content) {
  const body = content.flat().filter(Boolean);
  return body.length ? h('section', { class: 'block' }, h('h3', { text: title }), body) : null;
}

export const textBlock = (title, text) => (text ? block(title, h('p', { text })) : null);

export function listBlock(title, items) {
  return items?.length ? block(title, h('ul', {}, items.map((text) => h('li', { text })))) : null; // prettier-ignore
}

export const chipOf = (style) => h('span', { class: 'chip' }, classIcon(style));

export const colorOf = (style) => ({ '--color': safeColor(style?.color) });
