// Data time that runs on between two words from the server, and stands still when the server falls silent.
const HOLD_MS = 12_000;

export function createClock(wall = () => performance.now()) {
  let data = NaN; // what the server last said, epoch ms
  let heard = 0; // wall ms when it said so
  let rate = 1; // data ms per wall ms: a recording may be played faster than it happened
  let played = null; // {data, wall, speed} while the user looks into the past

  function serverNow() {
    return data + Math.min(wall() - heard, HOLD_MS) * rate;
  }

  return {
    sync(ms) {
      if (!Number.isFinite(ms)) return;
      const passed = wall() - heard;
      if (passed > 500 && ms > data) rate = blend(rate, (ms - data) / passed);
      if (ms === data) return;
      data = ms;
      heard = wall();
    },
    known: () => Number.isFinite(data),
    said: () => data, // what the server said last
    live: serverNow,
    rate: () => rate,
    play(ms, speed) {
      played = { data: ms, wall: wall(), speed };
    },
    follow() {
      played = null;
    },
    now: () => (played ? Math.min(played.data + (wall() - played.wall) * played.speed, serverNow()) : serverNow()),
    silentFor: () => (Number.isFinite(data) ? wall() - heard : 0),
  };
}

function blend(old, fresh) {
  if (fresh > 400) return old; // a jump, not a rate
  return Math.abs(fresh - 1) < 0.3 ? 1 : old + 0.5 * (fresh - old);
}
