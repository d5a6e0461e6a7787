// Small screens: panels are sheets, opened from the tabs. And the short messages that come and go.
import { setText } from './dom.js';

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
  app.bus.on('count', (n) => setText(document.querySelector('#tabs .badge'), String(n)));
  apply(app.state.get());
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
