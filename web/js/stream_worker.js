// Hears the stream in a thread of its own: half a megabyte of text a tick is received and unpacked beside the page's work.
import { inflated } from './inflate.js';

let order = Promise.resolve(); // ticks are told in the order they came

onmessage = ({ data: { url, types, packed } }) => {
  const source = new EventSource(url);
  const tell = (message, moved = []) => postMessage({ state: source.readyState, ...message }, moved);
  source.onopen = () => tell({ type: 'open' });
  source.onerror = () => tell({ type: 'error' });
  for (const type of types)
    source.addEventListener(type, ({ data, lastEventId }) => {
      if (type === packed) order = order.then(() => unpack(tell, { type, data, lastEventId }));
      else tell({ type, data, lastEventId });
    });
};

// What cannot be unpacked goes on as it came: who reads it says so.
async function unpack(tell, event) {
  const bytes = await inflated(event.data).catch(() => null);
  if (bytes) tell({ ...event, data: bytes }, [bytes.buffer]);
  else tell(event);
}
