// Beside the rows of a fleet: in which version a block of them last changed, and which of them are left out of the picture.
export const BLOCK = 64; // aircraft that are uploaded together
export const HIDDEN = -1; // the emphasis of what is left out

export class Changes {
  #changed = new Uint32Array(0);

  grow(room) {
    const wider = new Uint32Array(room / BLOCK);
    wider.set(this.#changed);
    this.#changed = wider;
  }

  mark(slot, version) {
    this.#changed[Math.floor(slot / BLOCK)] = version;
  }

  // fn(first, count) in slots, for each run of blocks that changed after that version.
  each(size, version, fn) {
    const blocks = Math.ceil(size / BLOCK);
    for (let from = 0; from < blocks; from += 1) {
      if (this.#changed[from] <= version) continue;
      let to = from + 1;
      while (to < blocks && this.#changed[to] > version) to += 1;
      fn(from * BLOCK, (to - from) * BLOCK);
      from = to;
    }
  }
}

// fn(slot, look) for each aircraft: 1 where it is the chosen one, which stays whatever is left out, else 0 or HIDDEN. How
// many are hidden. `sieve`: (columns, slot, aircraft) => whether it is shown; null lets all through.
export function sift(columns, craft, chosen, sieve, fn) {
  let hidden = 0;
  craft.forEach((one, slot) => {
    const look = one.key === chosen ? 1 : !sieve || sieve(columns, slot, one) ? 0 : HIDDEN;
    if (look === HIDDEN) hidden += 1;
    fn(slot, look);
  });
  return hidden;
}
