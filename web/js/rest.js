// The parts of the page that its first picture does without: details, drawing, areas, another time beside, watching, paper.
import { Access } from './access.js';
import { ClassCard } from './class_card.js';
import { Detail } from './detail.js';
import { $ } from './dom.js';
import { Follow } from './follow.js';
import { buildMapSide } from './map_side.js';
import { bindPaper, printView } from './print.js';
import { Replay } from './replay.js';
import { buildWatchSide, createWatchers } from './watch_side.js';

export function buildRest(app, map) {
  app.access = new Access(app);
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
  if (app.state.get().selected) app.detail.show();
  return app.access.load();
}
