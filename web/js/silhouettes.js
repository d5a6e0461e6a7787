// Aircraft outlines, nose up in a 64-unit box, and which type flies which. Drawn once into a two-channel texture atlas.
export const BOX = 64;

const PATHS = [
  // jet
  'M32 3C34.4 3 36 7 36 12.5V23.5L60 39V44.5L36 36.5 35.3 50 43 56V60L32 57 21 60V56L28.7 50 28 36.5 4 44.5V39L28 23.5V12.5C28 7 29.6 3 32 3Z',
  // light, straight wing
  'M32 7C34.6 7 35.6 11 35.6 15V20L60 22V29L35.6 31 34.4 48 42.5 51.5V56L32 54.6 21.5 56V51.5L29.6 48 28.4 31 4 29V22L28.4 20V15C28.4 11 29.4 7 32 7Z',
  // helicopter
  'M32 13C38.4 13 40.4 20 40.4 27 40.4 33.6 38 37.6 34.4 39.6L33.8 54H39V58.4H25V54H30.2L29.6 39.6C26 37.6 23.6 33.6 23.6 27 23.6 20 25.6 13 32 13ZM9.6 7.6 12.6 4.6 54.4 46.4 51.4 49.4ZM51.4 4.6 54.4 7.6 12.6 49.4 9.6 46.4Z',
  // glider
  'M32 12C33.8 12 34.6 16 34.6 20V23.5L63 26V30L34.6 31 33.4 48 40 49.4V53H24V49.4L30.6 48 29.4 31 1 30V26L29.4 23.5V20C29.4 16 30.2 12 32 12Z',
  // on the ground, or no track known
  'M32 18A14 14 0 1 1 31.9 18Z',
];
export const SHAPE = { jet: 0, light: 1, helicopter: 2, glider: 3, dot: 4 };
export const SHAPES = PATHS.length;

const HELICOPTER =
  /^(R22|R44|R66|EC\d|EC\w\d|AS[356]\d|A1[016]9|A139|A149|A169|A189|B06|B4[0-9]{2}|B2[01]\d|H125|H13|H14|H15|H16|H17|H60|H64|H47|H46|S6[14]|S7[06]|S92|UH|MI\d|KA\d|EH10|LYNX|GAZL|PUMA|NH90|TIGR|B105|BK17|MD[56]|H500|EXPL|G2CA|HUCO|V22|CABRI)/;
const GLIDER = /^(GLID|AS[GKHW]|DG\d|LS\d|DISC|VENT|ARCS|ARCU|DUOD|NIMB|JANU|PIVI|TWIN)/;
const LIGHT =
  /^(C1[0-9]{2}|C2[01]\d|C3[0-4]\d|C4[0-2]\d|C82|P28|P32|P46|PA\d|DA\d|DV20|SR2|BE[1-7]|BE9|B350|PC6|PC12|TBM|DR40|M20|RV|AA5|TB\d|TOBA|C208|DHC[26]|AT[478]|DH8|SF34|D228|L410|ULAC|GYRO|CH\d|EV97|VL3)/;

const shapesByType = new Map();

// -1 where the type is not known.
export function shapeByType(type) {
  if (!type) return -1;
  if (!shapesByType.has(type)) {
    const shape = HELICOPTER.test(type)
      ? SHAPE.helicopter
      : GLIDER.test(type)
        ? SHAPE.glider
        : LIGHT.test(type)
          ? SHAPE.light
          : SHAPE.jet;
    shapesByType.set(type, shape);
  }
  return shapesByType.get(type);
}

// Which outline an aircraft gets: by its type (`kind`), else by how fast and high it flies.
export function outline(kind, onGround, track, speed, altitude) {
  if (onGround || !Number.isFinite(track)) return SHAPE.dot;
  if (kind >= 0) return kind;
  return speed < 170 && !(altitude > 13_000) ? SHAPE.light : SHAPE.jet;
}

// One row of boxes: red holds the body, green the body with its outline.
export function drawAtlas() {
  const canvas = document.createElement('canvas');
  canvas.width = BOX * SHAPES;
  canvas.height = BOX;
  const ctx = canvas.getContext('2d');
  ctx.fillStyle = '#000';
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.lineJoin = 'round';
  PATHS.forEach((d, i) => {
    ctx.setTransform(0.88, 0, 0, 0.88, i * BOX + BOX * 0.06, BOX * 0.06);
    const path = new Path2D(d);
    ctx.strokeStyle = '#0f0';
    ctx.lineWidth = 6;
    ctx.stroke(path);
    ctx.fillStyle = '#ff0';
    ctx.fill(path);
  });
  return canvas;
}
