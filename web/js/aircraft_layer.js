// One WebGL2 layer for all aircraft, a point each. The shader moves and turns them: a frame costs the page the same for ten
// thousand. Points, because software renderers draw instances one by one, which is slow.
import { STRIDE } from './fleet.js';
import { createPrograms, layout, project, texture, worldCopies } from './gl.js';
import { drawAtlas, SHAPES } from './silhouettes.js';

const vertex = (shader) => `#version 300 es
${shader.vertexShaderPrelude}
${shader.define}
layout(location = 0) in vec4 a_motion;
layout(location = 1) in vec4 a_ease;
layout(location = 2) in vec4 a_color;
layout(location = 3) in vec3 a_look;
uniform float u_now, u_wall, u_size, u_wrap, u_ahead, u_reach;
uniform vec2 u_viewport;
flat out vec2 v_forward;
flat out vec2 v_look;
flat out vec4 v_color;
void main() {
  float age = u_now - a_ease.z;
  vec2 at = a_motion.xy + a_motion.zw * clamp(age, -0.5 * u_reach, u_reach) + a_ease.xy * exp(-max(0.0, u_wall - a_ease.w) * 3.0);
  at.x += u_wrap;
  float track = a_look.x;
  vec4 here = projectTile(at);
  vec4 nose = projectTile(at + vec2(sin(track), -cos(track)) * u_ahead);
  vec2 forward = (nose.xy / nose.w - here.xy / here.w) * u_viewport;
  v_forward = dot(forward, forward) > 0.0 ? normalize(forward) : vec2(0.0, 1.0);
  bool dot_shape = a_look.y > ${(SHAPES - 1.5).toFixed(1)};
  gl_Position = a_look.z < 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : here; // what is left out lies outside of the picture
  gl_PointSize = u_size * ${Math.SQRT2} * (dot_shape ? 0.55 : 1.0) * (1.0 + 0.35 * a_look.z);
  v_look = a_look.yz;
  v_color = vec4(a_color.rgb, 1.0 - 0.7 * smoothstep(u_reach, 4.0 * u_reach, age));
}`;

// A point is an upright square: the outline is turned within it, which is why it is wider than the icon by a diagonal.
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_atlas;
flat in vec2 v_forward;
flat in vec2 v_look;
flat in vec4 v_color;
out vec4 o_color;
void main() {
  vec2 p = (gl_PointCoord - 0.5) * vec2(1.0, -1.0) * ${2 * Math.SQRT2};
  vec2 own = vec2(dot(p, vec2(v_forward.y, -v_forward.x)), dot(p, v_forward));
  vec2 inside = clamp(own, -0.99, 0.99);
  vec2 cover = inside == own ? texture(u_atlas, vec2((v_look.x + 0.5 + 0.5 * own.x) / ${SHAPES}.0, 0.5 - 0.5 * own.y)).rg : vec2(0.0);
  vec3 edge = mix(vec3(0.02, 0.035, 0.06), vec3(1.0), v_look.y);
  vec3 color = mix(edge, v_color.rgb, cover.r / max(cover.g, 0.001));
  float alpha = cover.g * v_color.a;
  o_color = vec4(color * alpha, alpha);
}`;

const SIZES = [
  [0, 5],
  [2, 7.5],
  [4, 12],
  [6, 17],
  [9, 24],
  [13, 32],
];

// Pixels across an icon. Far out, a sky full of aircraft is drawn finer, so that anomalies still stand out of it.
export function iconSize(zoom, count = 0) {
  const crowd = zoom < CLOSE ? Math.log10(Math.max(1, count / CROWD)) : 0;
  return bySteps(zoom) * Math.max(0.55, 1 - 0.35 * crowd);
}

const CROWD = 800; // aircraft; more than these are a crowd
const CLOSE = 6.5;

function bySteps(zoom) {
  const i = SIZES.findIndex(([z]) => z > zoom);
  if (i < 0) return SIZES[SIZES.length - 1][1];
  if (i === 0) return SIZES[0][1];
  const [[z0, a], [z1, b]] = [SIZES[i - 1], SIZES[i]];
  return a + ((zoom - z0) / (z1 - z0)) * (b - a);
}

// Where its numbers lie in a row of the fleet.
const parts = (gl) => [
  [4, gl.FLOAT, false, 0],
  [4, gl.FLOAT, false, 4],
  [4, gl.UNSIGNED_BYTE, true, 8],
  [3, gl.FLOAT, false, 9],
];

export function createAircraftLayer({ fleet, clock }) {
  let gl, map, points, vao, atlas, programs, drawn, room;

  // Only the blocks that changed since the last frame; everything where the room became another.
  function upload() {
    if (drawn === fleet.version) return;
    const rows = fleet.room();
    gl.bindBuffer(gl.ARRAY_BUFFER, points);
    if (rows !== room) gl.bufferData(gl.ARRAY_BUFFER, rows, gl.DYNAMIC_DRAW);
    else fleet.eachChange(drawn, (start, length) => gl.bufferSubData(gl.ARRAY_BUFFER, start * 4, rows, start, length));
    [drawn, room] = [fleet.version, rows];
  }

  return {
    id: 'aircraft',
    type: 'custom',
    renderingMode: '2d',
    onAdd(theMap, context) {
      [map, gl] = [theMap, context];
      [drawn, room] = [-1, null];
      programs = createPrograms(gl, vertex, FRAGMENT, 'aircraft shader');
      ({ vao, points } = layout(gl, STRIDE, parts(gl)));
      atlas = texture(gl, drawAtlas());
    },
    prerender(_, { shaderData }) {
      programs.begin(shaderData);
    },
    render(_, args) {
      if (!fleet.size) return;
      const { program, at } = programs.programFor(args.shaderData);
      gl.useProgram(program);
      upload();
      project(gl, at, args.defaultProjectionData);
      const canvas = map.getCanvas();
      const zoom = map.getZoom();
      gl.uniform2f(at('u_viewport'), canvas.clientWidth / 2, canvas.clientHeight / 2);
      gl.uniform1f(at('u_now'), fleet.seconds(clock.now()));
      gl.uniform1f(at('u_wall'), performance.now() / 1000);
      gl.uniform1f(at('u_reach'), fleet.reach);
      gl.uniform1f(at('u_size'), iconSize(zoom, fleet.size) * 1.24 * map.getPixelRatio());
      gl.uniform1f(at('u_ahead'), 0.02 / 2 ** Math.max(0, zoom));
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, atlas);
      gl.uniform1i(at('u_atlas'), 0);
      gl.bindVertexArray(vao);
      for (const wrap of worldCopies(map)) {
        gl.uniform1f(at('u_wrap'), wrap);
        gl.drawArrays(gl.POINTS, 0, fleet.size);
      }
      gl.bindVertexArray(null);
    },
  };
}
