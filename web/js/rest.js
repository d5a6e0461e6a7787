// The parts of the page that nobody sees before they open one: details, drawing, areas, another time beside, watching, paper.
import { onAwake } from './awake.js';
import { ClassCard } from './class_card.js';
import { Detail } from './detail.js';
import { $ } from './dom.js';
import { Follow } from './follow.js';
import { buildMapSide } from './map_side.js';
import { bindPaper, printView } from './print.js';
import { Replay } from './replay.js';
import { buildWatchSide, createWatchers } from './watch_side.js';

export function buildRest(app, map) {
  createWatchers(app);
  app.card = new ClassCard($('#card'), app);
  app.detail = new Detail($('#detail'), map, app);
  app.replay = new Replay(app);
  app.follow = new Follow(map, app);
  app.print = () => printView(app, map);
  bindPaper(map);
  buildMapSide(app, map);
  buildWatchSide(app, map);
  app.bus.emit('incidents'); // some may be there already
  if (app.access.known) app.bus.emit('me', app.access.me);
  onAwake((slept) => app.bus.emit('awake', slept));
  if (app.state.get().selected) app.detail.show();
}
