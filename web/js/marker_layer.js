// One WebGL2 layer for the markers of all anomalies, a point each: a class is switched within the frame that is due.
import { largestArea } from './anomaly_style.js';
import { createPrograms, layout, project, texture, worldCopies } from './gl.js';
import { mercatorX, mercatorY } from './geo.js';
import { CELL_PX, COLUMNS, DRAWN_PX } from './marker_atlas.js';
import { MARKER_PX, markerScale, STRIDE } from './markers.js';

const vertex = (shader) => `#version 300 es
${shader.vertexShaderPrelude}
${shader.define}
layout(location = 0) in vec2 a_at;
layout(location = 1) in vec3 a_look;
uniform float u_size, u_wrap, u_largest, u_share, u_middle;
flat out vec2 v_cell;
flat out float v_opacity;
void main() {
  gl_Position = projectTile(vec2(a_at.x + u_wrap, a_at.y));
  float near = u_middle > 0.0 ? 0.5 + 0.5 * clamp(u_middle / gl_Position.w, 0.0, 4.0) : 1.0;
  gl_PointSize = u_size * near;
  if (a_look.y >= u_largest) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  v_cell = vec2(mod(a_look.x, ${COLUMNS}.0), floor(a_look.x / ${COLUMNS}.0));
  v_opacity = a_look.z * u_share;
}`;

const MARGIN = (CELL_PX - DRAWN_PX) / 2 / CELL_PX;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_atlas;
uniform vec2 u_cells;
flat in vec2 v_cell;
flat in float v_opacity;
out vec4 o_color;
void main() {
  vec2 within = ${MARGIN} + gl_PointCoord * ${1 - 2 * MARGIN};
  o_color = texture(u_atlas, (v_cell + within) / u_cells, -0.7) * v_opacity;
}`;

const parts = (gl) => [
  [2, gl.FLOAT, false, 0],
  [3, gl.FLOAT, false, 2],
];

// `look()`: {atlas, share}, the canvas of all drawings and how faint they are drawn.
export function createMarkerLayer(id, markers, look) {
  let gl, map, vao, points, programs, shown, from, drawings;

  function upload() {
    if (shown === markers.version) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, points);
    gl.bufferData(gl.ARRAY_BUFFER, markers.rows, gl.DYNAMIC_DRAW);
    shown = markers.version;
  }

  function dress(atlas) {
    if (from !== atlas) {
      gl.deleteTexture(drawings ?? null);
      drawings = texture(gl, atlas, { filter: gl.LINEAR_MIPMAP_NEAREST, premultiplied: true });
      from = atlas;
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, drawings);
  }

  return {
    id,
    type: 'custom',
    renderingMode: '2d',
    onAdd(theMap, context) {
      [map, gl] = [theMap, context];
      [shown, from, drawings] = [-1, null, null];
      programs = createPrograms(gl, vertex, FRAGMENT, 'marker shader');
      ({ vao, points } = layout(gl, STRIDE, parts(gl)));
    },
    prerender(_, { shaderData }) {
      programs.begin(shaderData);
    },
    render(_, args) {
      markers.drawn = markers.list;
      if (!markers.list.length) return;
      const { atlas, share } = look();
      const { program, at } = programs.programFor(args.shaderData);
      gl.useProgram(program);
      upload();
      dress(atlas);
      project(gl, at, args.defaultProjectionData);
      gl.uniform1f(at('u_size'), MARKER_PX * markerScale(map.getZoom()) * map.getPixelRatio());
      gl.uniform1f(at('u_largest'), largestArea(map.getZoom()));
      gl.uniform1f(at('u_middle'), middle(map, args.defaultProjectionData));
      gl.uniform1f(at('u_share'), share);
      gl.uniform2f(at('u_cells'), atlas.width / CELL_PX, atlas.height / CELL_PX);
      gl.uniform1i(at('u_atlas'), 0);
      gl.bindVertexArray(vao);
      for (const wrap of worldCopies(map)) {
        gl.uniform1f(at('u_wrap'), wrap);
        gl.drawArrays(gl.POINTS, 0, markers.list.length);
      }
      gl.bindVertexArray(null);
    },
  };
}

// How far the middle of a tilted map is from the eye, as the shader counts it; 0 on the globe, where all is drawn alike.
function middle(map, { mainMatrix: m, projectionTransition }) {
  if (projectionTransition > 0) return 0;
  const { lng, lat } = map.getCenter();
  return m[3] * mercatorX(lng) + m[7] * mercatorY(lat) + m[15];
}
