// The panels around the map and the keys: what a reader sees next, once the first picture of the map stands.
import { Access } from './access.js';
import { $ } from './dom.js';
import { bindKeys, Help } from './keyboard.js';
import { Labels } from './labels.js';
import { LayersPanel } from './layers_panel.js';
import { meLink } from './me.js';
import { Search } from './search.js';
import { Settings } from './settings.js';
import { Stored } from './stored.js';
import { TimeBar } from './timebar.js';
import { TimeSteps } from './time_steps.js';
import { WatchBell } from './watch_bell.js';

export function buildPanels(app, map) {
  app.access = new Access(app);
  app.steps = new TimeSteps(app);
  app.stored = new Stored(app);
  app.layersPanel = new LayersPanel($('#layers'), app);
  app.timebar = new TimeBar($('#timebar'), app);
  app.search = new Search($('#search'), map, app);
  app.labels = new Labels(map, app);
  const settings = new Settings($('#settings'), app, { print: () => app.later(() => app.print()) });
  $('#status').before(new WatchBell(app).button);
  $('#status').after(settings.button, $('#help-button'), meLink(app.bus));
  app.help = new Help($('#help'), app);
  bindKeys(app);
  return app.access.load();
}
