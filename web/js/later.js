// What the first picture does without: modules and style sheets that the HTML names by links which do nothing yet. Those of
// what can be seen (`later`) are fetched once that picture stands, the others (`last`) after these, or all of them as soon as
// somebody wants what is in them.

// `build` is run once when all is there: `later(act)` begins to fetch if nobody has, and then does `act`. What did not come is
// told by `fail(error)` and tried again by whoever wants it next. `later.built()` is the same without a word to anybody.
export function createLater(build, fail) {
  let begun = null;
  const built = () => (begun ??= build().catch(again));
  function again(error) {
    begun = null;
    throw error;
  }
  async function later(act = () => null) {
    try {
      await built();
    } catch (error) {
      fail(error);
      return;
    }
    act();
  }
  return Object.assign(later, { built });
}

// All links of a kind are asked for at once; resolves when the style sheets are there.
export function wake(kind, root = document) {
  const links = [...root.querySelectorAll(`link[rel=${kind}]`)];
  const sheets = links.filter((link) => new URL(link.href).pathname.endsWith('.css'));
  const there = Promise.all(sheets.map((link) => arrival(link, kind)));
  for (const link of links) link.rel = sheets.includes(link) ? 'stylesheet' : 'modulepreload';
  return there;
}

function arrival(link, kind) {
  return new Promise((ready, failed) => {
    link.addEventListener('load', ready, { once: true });
    link.addEventListener(
      'error',
      () => {
        link.rel = kind;
        failed(new Error(link.href.split('/').at(-1)));
      },
      { once: true },
    );
  });
}
