// Tells when the page may have missed something without a word of it: it is looked at again, the line is back, or the
// computer slept, which no timer and no connection notices by itself.
const LOOK_MS = 5000;
const SLEPT_MS = 20_000; // a look that comes so late did not wait for a busy page

// `told(slept)`: whether time passed that nothing here counted.
export function onAwake(told, { page = document, line = globalThis, now = Date.now } = {}) {
  let last = now();
  const look = () => {
    const slept = now() - last > LOOK_MS + SLEPT_MS;
    last = now();
    return slept;
  };
  page.addEventListener('visibilitychange', () => page.hidden || told(look()));
  line.addEventListener('online', () => told(look()));
  line.addEventListener('pageshow', ({ persisted }) => persisted && told(true));
  // Behind other pages a browser lets timers wait for a minute: the page is told once it is looked at.
  setInterval(() => !page.hidden && look() && told(true), LOOK_MS);
}
