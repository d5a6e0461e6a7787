// Builds elements. Text only ever goes in as text nodes, so nothing from the air can become markup.
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

// A colour that came from the server, made safe for a style property.
export function safeColor(color) {
  return typeof color === 'string' && /^#[0-9a-f]{3,8}$/i.test(color) ? color : '#8ea4bd';
}

export const $ = (selector, root = document) => root.querySelector(selector);
