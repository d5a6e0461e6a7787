// Where the receivers of the feeds stand, as far as they are configured. Asked for once, when somebody wants to know.
let asked = null;

// [{name, at: [lng, lat]}]; none where the service does not say.
export function receiversOf({ api }) {
  asked ??= api.get('/feeds').then(read, () => {
    asked = null; // another time, perhaps
    return [];
  });
  return asked;
}

export function read({ feeds = [] } = {}) {
  const found = feeds.filter(({ receiver }) => Number.isFinite(receiver?.lat) && Number.isFinite(receiver?.lon));
  const placed = found.map(({ name, receiver: { lat, lon } }) => ({ name: String(name), at: [lon, lat] }));
  // Several feeds may come from one roof.
  return placed.filter(({ at }, i) => placed.findIndex((other) => other.at[0] === at[0] && other.at[1] === at[1]) === i);
}
