// Small screens: panels are sheets, opened from the tabs. And the short messages that come and go.
import { h, setText } from './dom.js';
import { TEXTS } from './texts.js';

const FAR_PX = 36; // so far a sheet is drawn down before it goes

// Whether panels are sheets now.
export const isSmall = () => matchMedia('(width < 760px)').matches;

export function bindSheets(app) {
  const tabs = [...document.querySelectorAll('#tabs button')];
  const apply = ({ sheet, selected }) => {
    const up = sheet ?? (selected ? 'desk' : null);
    document.body.dataset.sheet = up ?? '';
    for (const tab of tabs) tab.setAttribute('aria-expanded', String(tab.dataset.sheet === up));
  };
  for (const tab of tabs) {
    tab.addEventListener('click', () => {
      const { sheet, selected } = app.state.get();
      const open = sheet === tab.dataset.sheet || (!sheet && selected && tab.dataset.sheet === 'desk');
      app.state.set(open ? { sheet: null, selected: null } : { sheet: tab.dataset.sheet });
    });
  }
  app.state.on(['sheet', 'selected'], (state, changed) => {
    // A tap on the map opens the desk even while the layers are up.
    if (changed.includes('selected') && state.selected && state.sheet && state.sheet !== 'desk') app.state.set({ sheet: 'desk' });
    else apply(app.state.get());
  });
  for (const id of ['layers', 'desk']) document.getElementById(id).prepend(grip(() => app.state.set({ sheet: null, selected: null })));
  app.bus.on('count', (n) => setText(document.querySelector('#tabs .badge'), String(n)));
  apply(app.state.get());
}

// The handle at the top of a sheet: a click, or a finger that draws it down, sends it away.
export function grip(close) {
  const handle = h('button', { class: 'grip', type: 'button', 'aria-label': TEXTS.sheets.close, onclick: close });
  let from = NaN;
  handle.addEventListener('pointerdown', (event) => {
    from = event.clientY;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener('pointerup', ({ clientY }) => clientY - from > FAR_PX && close());
  return handle;
}

const TOAST_MS = 6000;

export function bindToasts({ bus }, { toast, live }) {
  let timer = 0;
  bus.on('announce', (text) => setText(live, text));
  bus.on('trouble', (text) => {
    setText(toast, text);
    toast.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (toast.hidden = true), TOAST_MS);
  });
}
