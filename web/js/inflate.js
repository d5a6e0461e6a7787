// The bytes that an event carries as text: base64 of gzip.
export async function inflated(text) {
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const [bytes] = await Promise.all([new Response(readable).arrayBuffer(), writer.write(bytesOf(text)), writer.close()]);
  return new Uint8Array(bytes);
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text); // browsers from before 2025
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
