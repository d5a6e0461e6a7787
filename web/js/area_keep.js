// Under a drawn area: watch it, and keep it at the service, where there is somebody to keep it for.
import { areaTitle } from './area.js';
import { h } from './dom.js';
import { doing } from './menu.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';
import { shapeOf } from './watch_draft.js';

const T = WATCH.areas;

export function areaKeep(app) {
  const watch = wordButton('bell', T.watch, () => app.watchForm.open(), { class: 'button primary' });
  const keep = wordButton('bookmark', T.keep, (event) => doing(app, event.currentTarget, () => save(app)));
  const show = () => {
    keep.hidden = !app.access.mayWatch;
    keep.lastChild.data = app.state.get().areaId === null ? T.keep : T.update;
  };
  app.bus.on('me', show);
  app.state.on(['areaId'], show);
  show();
  return h('div', { class: 'actions area-keep' }, watch, keep);
}

async function save(app) {
  const { area, areaId } = app.state.get();
  const { name: _, source: __, floor_ft, ceiling_ft, active, shared } = app.watch.area(areaId)?.properties ?? {};
  const name = areaTitle({ ...area, name: area.name || T.unnamed(app.watch.areas.length + 1) });
  const kept = await app.watch.save('areas', { name, shape: shapeOf(area), floor_ft, ceiling_ft, active, shared }, areaId);
  app.state.set({ areaId: Number(kept.id), area: { ...area, name } });
  app.bus.emit('announce', T.kept(name));
}
