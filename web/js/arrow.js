// An Arrow IPC stream of one batch with columns of fixed width, as typed arrays: most of them lie on the bytes that came.
// The format: https://arrow.apache.org/docs/format/Columnar.html. Missing is NaN or an empty text, so validity is not read.
const INT = 2;
const FLOAT = 3;
const BOOL = 6;
const TIMESTAMP = 10;
const BYTES = 15;
const SCHEMA = 1;
const BATCH = 3;
const GOES_ON = 0xffffffff;
const UTF8 = new TextDecoder();

// {size, meta: {name: text}, columns: {name: typed array or Words}}. Throws RangeError for what is cut off.
export function readArrow(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let schema = null;
  while (at + 8 <= bytes.length && view.getUint32(at, true) === GOES_ON && view.getInt32(at + 4, true)) {
    const body = at + 8 + view.getInt32(at + 4, true);
    const message = root(view, at + 8);
    const kind = view.getUint8(message.at(1));
    const header = message.table(2);
    if (kind === SCHEMA) schema = schemaOf(header);
    if (kind === BATCH) return { meta: schema.meta, ...columnsOf(bytes, body, header, schema.fields) };
    at = body + message.long(3);
  }
  throw new RangeError('no batch in the Arrow stream');
}

// Texts of one width, filled up with zeros.
export class Words {
  constructor(bytes, width) {
    this.bytes = bytes;
    this.width = width;
  }

  text(i) {
    return wordText(this.bytes.subarray(i * this.width, (i + 1) * this.width));
  }
}

export function wordText(bytes) {
  const end = bytes.indexOf(0);
  return UTF8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function schemaOf(table) {
  return { fields: table.list(1).map(fieldOf), meta: pairs(table.list(2)) };
}

const pairs = (list) => Object.fromEntries(list.map((one) => [one.text(0), one.text(1)]));

function fieldOf(field) {
  const kind = field.view.getUint8(field.at(2));
  const type = field.table(3);
  return { name: field.text(0), kind, width: type.at(0) && (kind === INT || kind === BYTES) ? type.int(0) : 0, single: kind === FLOAT && type.at(0) > 0 && type.view.getInt16(type.at(0), true) === 1 };
}

function columnsOf(bytes, body, header, fields) {
  const size = header.long(0);
  const buffers = header.structs(2, 16);
  const columns = {};
  fields.forEach((field, i) => {
    // Of every column first its validity, which is not needed, then its values.
    const place = buffers[2 * i + 1];
    const start = bytes.byteOffset + body + Number(header.view.getBigInt64(place, true));
    columns[field.name] = valuesOf(field, bytes.buffer, start, size);
  });
  return { size, columns };
}

function valuesOf({ name, kind, width, single }, buffer, start, size) {
  if (kind === BYTES) return new Words(new Uint8Array(buffer, start, size * width), width);
  if (kind === BOOL) return bits(new Uint8Array(buffer, start, (size + 7) >> 3), size);
  if (kind === TIMESTAMP || (kind === INT && width === 64)) return wide(new Uint32Array(buffer, start, size * 2), size);
  if (kind === INT && width === 16) return new Int16Array(buffer, start, size);
  if (kind === FLOAT && single) return new Float32Array(buffer, start, size);
  throw new RangeError(`column ${name} is of a type that is not read here`);
}

// 64-bit integers as numbers: addresses and times stay below 2 to the 53rd, and BigInts would be an object each.
function wide(halves, size) {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i += 1) out[i] = halves[2 * i] + (halves[2 * i + 1] | 0) * 4294967296;
  return out;
}

function bits(packed, size) {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) out[i] = (packed[i >> 3] >> (i & 7)) & 1;
  return out;
}

// A FlatBuffers table: `at(n)` is where its n-th field lies, 0 where it is not given because it has its default.
function root(view, start) {
  return tableAt(view, start + view.getUint32(start, true));
}

function tableAt(view, start) {
  const shape = start - view.getInt32(start, true);
  const length = view.getUint16(shape, true);
  const at = (n) => {
    const entry = 4 + 2 * n;
    const offset = entry < length ? view.getUint16(shape + entry, true) : 0;
    return offset && start + offset;
  };
  const target = (n) => at(n) && at(n) + view.getUint32(at(n), true);
  return {
    view,
    at,
    long: (n) => (at(n) ? Number(view.getBigInt64(at(n), true)) : 0),
    int: (n) => view.getInt32(at(n), true),
    table: (n) => tableAt(view, target(n)),
    text: (n) => (target(n) ? UTF8.decode(new Uint8Array(view.buffer, view.byteOffset + target(n) + 4, view.getUint32(target(n), true))) : ''),
    list: (n) => places(view, target(n), 4).map((place) => tableAt(view, place + view.getUint32(place, true))),
    structs: (n, bytes) => places(view, target(n), bytes),
  };
}

function places(view, start, step) {
  if (!start) return [];
  return Array.from({ length: view.getUint32(start, true) }, (_, i) => start + 4 + i * step);
}
