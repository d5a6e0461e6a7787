// Wires what belongs to the map: areas, drawing, the place that was chosen.
import { AreaImporter } from './area_importer.js';
import { AreaLayer } from './area_layer.js';
import { AreaPanel } from './area_panel.js';
import { Areas } from './areas.js';
import { Compare } from './compare.js';
import { $ } from './dom.js';
import { DrawBar } from './draw_bar.js';
import { TileOverlays } from './tile_overlays.js';
import { WhereChip } from './where_chip.js';

export function buildMapSide(app, map) {
  new TileOverlays(map, app);
  app.areaLayer = new AreaLayer(map, app);
  app.areas = new Areas(app);
  app.draw = new DrawBar($('#draw'), map, app);
  app.importer = new AreaImporter(map, app);
  app.areaPanel = new AreaPanel($('#area'), map, app);
  app.whereChip = new WhereChip($('#where'), app);
  app.compare = new Compare($('#compare'), map, app);
}
