// Where receivers stand, as far as that is configured. Asked for once, when somebody wants to know.
import { TRAFFIC } from './texts/traffic_en.js';

let asked = null;

// [{name, at: [lng, lat]}]; none where the service does not say.
export function receiversOf({ api }) {
  asked ??= api.get('/feeds').then(read, () => {
    asked = null; // another time, perhaps
    return [];
  });
  return asked;
}

// One that no feed names is just a receiver.
export function read({ receivers = [] } = {}) {
  const found = receivers.filter(({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon));
  return found.map(({ name, lat, lon }) => ({ name: String(name ?? TRAFFIC.rings.unnamed), at: [lon, lat] }));
}
