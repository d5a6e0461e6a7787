// The small buttons over the map: zoom, north, globe, and all of the data.
import { h } from './dom.js';
import { go } from './map.js';
import { iconButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.controls;

export function addControls(root, map, app) {
  const north = iconButton('north', T.north, () => go(map, { bearing: 0, pitch: 0 }));
  const globe = iconButton('globe', T.globe, () => toggleGlobe(app.state));
  root.append(
    h(
      'div',
      { class: 'button-stack' },
      iconButton('plus', T.zoomIn, () => go(map, { zoom: map.getZoom() + 1, duration: 250 })),
      iconButton('minus', T.zoomOut, () => go(map, { zoom: map.getZoom() - 1, duration: 250 })),
    ),
    h(
      'div',
      { class: 'button-stack' },
      north,
      globe,
      iconButton('home', T.home, () => app.session.fit()),
    ),
  );
  const draw = iconButton('draw', T.draw, () => app.later(() => app.draw.toggle()));
  root.append(h('div', { class: 'button-stack' }, draw));
  map.on('rotate', () => north.firstChild.style.setProperty('transform', `rotate(${-map.getBearing()}deg)`));
  const pressed = ({ projection }) => globe.setAttribute('aria-pressed', String(projection === 'globe'));
  app.state.on(['projection'], pressed);
  pressed(app.state.get());
}

export function toggleGlobe(state) {
  state.set({ projection: state.get().projection === 'globe' ? 'mercator' : 'globe' });
}
