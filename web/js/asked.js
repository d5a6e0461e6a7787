// What every visit of the map asks for, asked before any other module is there: this one imports nothing, and whoever asks the
// same first takes the answer (api.js). In the past other aircraft are wanted.
const LONGEST_MS = 20_000;
const PAST = /[#&]at=/;
const JSON_TYPES = 'application/json, application/geo+json';

globalThis.asked = new Map(); // path -> promise of a Response

function ask(path, accept) {
  const answer = fetch(path, { headers: { Accept: accept }, signal: AbortSignal.timeout(LONGEST_MS) });
  answer.catch(() => {}); // whoever takes it says so
  globalThis.asked.set(path, answer);
}

if (!PAST.test(location.hash)) ask('/collections/aircraft/items?limit=10000', 'application/vnd.apache.arrow.stream');
for (const path of ['/health', '/classes']) ask(path, JSON_TYPES);
