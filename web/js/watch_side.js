// Wires what belongs to watching: who asks, alerts, what is watched, the panel and the form.
import { AlertNotices } from './alert_notices.js';
import { Alerts } from './alerts.js';
import { IncidentLayer } from './incident_layer.js';
import { Review } from './review.js';
import { BacktestLayer } from './backtest_layer.js';
import { $, h } from './dom.js';
import { SavedAreas } from './saved_areas.js';
import { WATCH } from './texts/watch_en.js';
import { Watch } from './watch.js';
import { WatchForm } from './watch_form.js';
import { WatchPanel } from './watch_panel.js';

// Before their panels are built: what these ask.
export function createWatchers(app) {
  app.watch = new Watch(app);
  app.alerts = new Alerts(app);
  app.notices = new AlertNotices(app);
  app.review = new Review(app);
  app.bus.on('reviewed', () => app.incidents.load());
}

// After the map's own parts: what is drawn and opened.
export function buildWatchSide(app, map) {
  const panel = h('section', { id: 'watch', class: 'panel', 'aria-label': WATCH.panel.name, hidden: true });
  const form = h('section', { id: 'watchform', class: 'panel', 'aria-labelledby': 'watch-form-title', hidden: true });
  $('#area').after(panel, form);
  app.savedAreas = new SavedAreas(map, app);
  new BacktestLayer(map, app);
  new IncidentLayer(map, app);
  app.watchForm = new WatchForm(form, app);
  app.watchPanel = new WatchPanel(panel, map, app);
}
