// The small buttons over the map: zoom, north, globe, and all of the data.
import { h } from './dom.js';
import { icon } from './icons.js';
import { go } from './map.js';

export function addControls(root, map, app) {
  const button = (name, label, fn) => h('button', { class: 'icon-button', type: 'button', 'aria-label': label, title: label, onclick: fn }, icon(name));
  const north = button('north', 'Turn north up', () => go(map, { bearing: 0, pitch: 0 }));
  const globe = button('globe', 'Globe or flat map (G)', () => toggleGlobe(app.state));
  root.append(
    h('div', { class: 'button-stack' }, button('plus', 'Zoom in', () => go(map, { zoom: map.getZoom() + 1, duration: 250 })), button('minus', 'Zoom out', () => go(map, { zoom: map.getZoom() - 1, duration: 250 }))),
    h('div', { class: 'button-stack' }, north, globe, button('home', 'Show everything (H)', () => app.session.fit())),
  );
  map.on('rotate', () => north.firstChild.style.setProperty('transform', `rotate(${-map.getBearing()}deg)`));
  const pressed = ({ projection }) => globe.setAttribute('aria-pressed', String(projection === 'globe'));
  app.state.on(['projection'], pressed);
  pressed(app.state.get());
}

export function toggleGlobe(state) {
  state.set({ projection: state.get().projection === 'globe' ? 'mercator' : 'globe' });
}
