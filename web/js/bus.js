// A small event bus: on(type, fn) gives back the function that takes it off again.
export function createBus() {
  const listeners = new Map();
  return {
    on(type, fn) {
      if (!listeners.has(type)) listeners.set(type, new Set());
      listeners.get(type).add(fn);
      return () => listeners.get(type).delete(fn);
    },
    emit(type, detail) {
      for (const fn of listeners.get(type) ?? []) fn(detail);
    },
  };
}

// Runs fn at most once per `wait` ms, always with the last call included.
export function throttle(fn, wait) {
  let timer = 0;
  let last = -Infinity;
  return () => {
    if (timer) return;
    const due = Math.max(0, last + wait - performance.now());
    timer = setTimeout(() => {
      timer = 0;
      last = performance.now();
      fn();
    }, due);
  };
}
