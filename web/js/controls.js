// The small buttons over the map: zoom, north, globe, and all of the data.
import { h } from './dom.js';
import { go } from './map.js';
import { iconButton } from './parts.js';

export function addControls(root, map, app) {
  const north = iconButton('north', 'Turn north up', () => go(map, { bearing: 0, pitch: 0 }));
  const globe = iconButton('globe', 'Globe or flat map (G)', () => toggleGlobe(app.state));
  root.append(
    h(
      'div',
      { class: 'button-stack' },
      iconButton('plus', 'Zoom in', () => go(map, { zoom: map.getZoom() + 1, duration: 250 })),
      iconButton('minus', 'Zoom out', () => go(map, { zoom: map.getZoom() - 1, duration: 250 })),
    ),
    h(
      'div',
      { class: 'button-stack' },
      north,
      globe,
      iconButton('home', 'Show everything (H)', () => app.session.fit()),
    ),
  );
  const draw = iconButton('draw', 'Draw an area (D)', () => app.draw.toggle());
  root.append(h('div', { class: 'button-stack' }, draw));
  map.on('rotate', () => north.firstChild.style.setProperty('transform', `rotate(${-map.getBearing()}deg)`));
  const pressed = ({ projection }) => globe.setAttribute('aria-pressed', String(projection === 'globe'));
  app.state.on(['projection'], pressed);
  pressed(app.state.get());
}

export function toggleGlobe(state) {
  state.set({ projection: state.get().projection === 'globe' ? 'mercator' : 'globe' });
}
