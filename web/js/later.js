// What the first picture does without: modules and style sheets that the HTML names by links which do nothing yet. They
// are fetched once that picture stands, or as soon as somebody wants what is in them.
const LATER = 'link[rel=later]';

// `build` is run once when all is there: `later(act)` begins to fetch if nobody has, and then does `act`. What did not come is
// told by `fail(error)` and tried again by whoever wants it next.
export function createLater(build, fail) {
  let begun = null;
  return async function later(act = () => null) {
    try {
      await (begun ??= build());
    } catch (error) {
      begun = null;
      fail(error);
      return;
    }
    act();
  };
}

// All of them are asked for at once; resolves when the style sheets are there.
export function wake(root = document) {
  const links = [...root.querySelectorAll(LATER)];
  const sheets = links.filter((link) => new URL(link.href).pathname.endsWith('.css'));
  const there = Promise.all(sheets.map(arrival));
  for (const link of links) link.rel = sheets.includes(link) ? 'stylesheet' : 'modulepreload';
  return there;
}

function arrival(link) {
  return new Promise((ready, failed) => {
    link.addEventListener('load', ready, { once: true });
    link.addEventListener(
      'error',
      () => {
        link.rel = 'later';
        failed(new Error(link.href.split('/').at(-1)));
      },
      { once: true },
    );
  });
}
