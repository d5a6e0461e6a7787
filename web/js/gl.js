// What the layers share that draw points with WebGL2 of their own: programs, textures, and where the map stands.

// A program for each way in which the map projects. `begin` early in a frame what `programFor` asks for at its end: the
// driver makes it while the map waits for programs of its own.
export function createPrograms(gl, vertex, fragment, what) {
  const made = new Map();
  const begin = (shader) => {
    if (!made.has(shader.variantName)) made.set(shader.variantName, link(gl, vertex(shader), fragment, what));
    return made.get(shader.variantName);
  };
  return { begin, programFor: (shader) => begin(shader).checked() };
}

// What went wrong is asked for only once the program is needed: whoever asks waits for the driver.
function link(gl, vertexSource, fragmentSource, what) {
  const program = gl.createProgram();
  const shaders = [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ].map(([type, source]) => {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    return shader;
  });
  gl.linkProgram(program);
  const places = new Map();
  const at = (name) => {
    if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
    return places.get(name);
  };
  let ready = false;
  const own = { program, at, checked };
  function checked() {
    if (!ready) check(gl, program, shaders, what);
    ready = true;
    return own;
  }
  return own;
}

function check(gl, program, shaders, what) {
  if (gl.getProgramParameter(program, gl.LINK_STATUS)) return;
  const words = [...shaders.map((shader) => gl.getShaderInfoLog(shader)), gl.getProgramInfoLog(program)];
  throw new Error(`${what}: ${words.filter(Boolean).join('; ')}`);
}

// `filter`: how it is made smaller.
export function texture(gl, canvas, { filter = gl.LINEAR_MIPMAP_NEAREST, premultiplied = false } = {}) {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, premultiplied);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  return made;
}

// A buffer of rows of `stride` numbers. parts: [size, type, whether it is a share, offset], each an attribute in turn.
export function layout(gl, stride, parts) {
  const vao = gl.createVertexArray();
  gl.bindVertexArray(vao);
  const points = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, points);
  parts.forEach(([size, type, share, offset], i) => {
    gl.enableVertexAttribArray(i);
    gl.vertexAttribPointer(i, size, type, share, stride * 4, offset * 4);
  });
  gl.bindVertexArray(null);
  return { vao, points };
}

// What the map's own part of the vertex shader asks for.
export function project(gl, at, data) {
  gl.uniformMatrix4fv(at('u_projection_matrix'), false, data.mainMatrix);
  gl.uniformMatrix4fv(at('u_projection_fallback_matrix'), false, data.fallbackMatrix);
  gl.uniform4f(at('u_projection_tile_mercator_coords'), ...data.tileMercatorCoords);
  gl.uniform4f(at('u_projection_clipping_plane'), ...data.clippingPlane);
  gl.uniform1f(at('u_projection_transition'), data.projectionTransition);
}

// Which copies of the flat world can be seen; on the globe there is one.
export function worldCopies(map) {
  if (map.getProjection()?.type === 'globe' && map.getZoom() < 6) return [0];
  const bounds = map.getBounds();
  const first = Math.floor((bounds.getWest() + 180) / 360);
  const last = Math.floor((bounds.getEast() + 180) / 360);
  return Array.from({ length: Math.min(5, last - first + 1) }, (_, i) => first + i);
}
