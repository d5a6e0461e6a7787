// The reader of columns, on bytes that the server's own encoder (api/sky.py) wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArrow } from '../../../web/js/arrow.js';
import { unpacked } from '../../../web/js/stream.js';

// Three aircraft with all columns, as the data of an event.
const TEXT = [
  'H4sIAAAAAAAEA81WTYwURRQu2HVZcQUkxHBAUkGiRGd1dlnYjZi4y+6yQOQnLCgxxqWnu2amszPdY3fN7hJJ3HgikQMHDiR68EDUEGKMf+FgDE',
  'EPHjwQ48mTGg8eCfEHURm/r7prtnuWoDetpLreq/de1fdevXrVrVartXCfEOsE22qxRvSIe0QvKLQV3e35PrDd6bxnaCFWYiyk9PFfWq0NKd2N',
  'UUdNhQFrCTFfDWtkTkFnE0bK70cfGN45vGN4YLBY3FEspvParxu79eC3AkT1XiG+6hViBP39VcCJXu0R4hoW3oB+Dov91IU59J8A6DD6pRVCSP',
  'Sz6Zo7f2214Mxa4tPoWEpsRGfD8kLVVVRRgXsSNMwMvm2weTqln8A4NjHdv1u2NWWsHd2Mn5J+4KkFfHUoJw9MHpmaPDi+b3JaCMAUdeUEflAR',
  'm/9stdaA/yyDYwE8cRATG1wScdiMXHhvMVyC/gTmGa9h9Pmqo2VVOZEnw0i6Yb3R1MqTuqpkI4x97YdBDtD0oWNHxgEmi+ViimX/b8tjwrNh41',
  'lHquLHOnK4KOcsplHYjYAnpsfRtePXZNCsl1QkndhgKSvlPRpLz9FOyYmVrPhzKpa+zuEY/KvVYo59neDoYhzOoGdjguMVgePONDAy17ahc98v',
  'YMN8JW0b6WaATdB+hHwII+ceQQ+cOb9iPJGO6zYjxz0pXUerShidLLRDlz+zT3438RHRTTMafItYi/i4NxtSTgS+m8N2Avp3w7YIub0zD9F+CR',
  'uSSFUiXy+Bgzx7dvtvJZh6Emwmn6vQIaZsPuuTDTXjhh5SqX1uN7FvETxjsgV93/jYIUlF6anYrwSODqOCjJtulcc4tn0Qytm9f7jdatH2tTvs',
  'ncvhl5vO/OzSvg3oZ8/iAGDJMSSvpwqyjISXoaudmvT8iq9jk0JqAaeY3fsl1CjufTuz9znwWb9Ju06tRl9Atv2+Dpuj4Gk/gV6u+ZWqlr6nAu',
  '2XfaQBEpzbxpgoSB359bryCrLZaCCjXeTvLtz6Bg5lvqoCWao5AbzL4+Pt7cUOvMPE8XZyTj0bQNfSuez5hMFMJQqbgQeZvVfnYWPP52HMD0jA',
  'SrQKsigdPyqFUYCY9Q/IZjAbhPNBLkbd2J8+bvljKV8vpHvbe82aO6ciDa9rM7jazA/eK5uPm2BLzFyHvpT1k3Uf0SRv79YodEbBc24A3a359Z',
  'LkYrtkyYnCukIIXQYrUmlMVY1FQKUi2GTPdjPqAKPwbQb3InQYR4u7D3QSipm4geICNnfnvoGtvXP0Z1bnMf8MucQ8MT+AbhaRIUKRRhhzWUwf',
  'pJgC1EpgM3f/LHSymBhL+jvj1LSvm+auce9t6NynCtsspnIHptOQZ8+7Eak4biJmdj1cRu0EHot9rLTmO5LF+BzuI+O2PsFqMJ7GvsTIM2Rj/U',
  'QJd5mwWWzdsLHYWMM8Vcmd8VbILTZp1mgq3AwslA0a0xKv3vadVM1hu5Fiey+DrQEdYuO+bNy35ugcrjf/AdenkDMnGN+1ib0JfUE+PzU9MpTD',
  'MIeawfgMJlhMfE7BZhkGPG/Z2EjoEyP3uFNsRiGXqZx6tTBA4cL5WxCYy55TUht6zH0inqsJntU8I/sPYPOcOWUf8pn0R8jWh8uwG4KcuPimUS',
  'zDcu7xxxsbq1q5IFUjRB0/dnQ8j6UXLzsrFWNALNZHKr6QxGslcZ1B74xT3CzBItl/ArpHU3oKYxGFPDJIUKbKkQNkFsmARA7LeojEpo4T8Fcp',
  'QrgiVDF+TdH3PGZ/Lm69+BPtxUyCVaxI8mY93rle+LDK/KOsQ6bzPxG+GNwXQFGfPrCxhqHWhYMIHLGzjjAG/I+l3gl0xuAI+uBQf8nX0kmgoJ',
  'aBGRySdSeaxaskgzDoN09myBpM4dCI8ca8I3gdNP/N/BiKdo3lsc/6M4o92RDK1mUkmsXcJx4Ebv6B9xm8oqvbvO2LdMC01eATH/j/9CKSl7HB',
  'Eu22tU0tJ+w7ZEerYXnGjE2a79LH8lZvZElkKMszxmx7k6H9tbyVH29LEsLyVl7tkFveyhc65Ja38tMdcstb+flUbsP6Vgf/boe95Tem81c65J',
  'a361/rkFveyr/rkFveyq93yC1v5SahszqpI5vTOWkd6+AfS/nDHXLLWznVeLeyecW5/wtv4f/XeD5+51mGhcdhIPHNTUi+KkK8slG//gYknaMQ',
  'X14xCovbx80oju5OxotXk/Ej8FdeFVc+TOTFG3sML259nsi/T+0Wn0n4xdQu4bqSwbxtJCf3HRwYTOc4jO0en5jcM7W3WBzKTovkzx/649t3pO',
  'pjGTOQ63L85L5+LJXXyHKOF5dmWISzk3ehUWj5W/qvG+snlf8GU/h3nsgQAAA=',
].join('');
const raw = async () => new Uint8Array(await new Response(new Blob([Buffer.from(TEXT, 'base64')]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());

test('numbers, texts, truths and times come as they were written', async () => {
  const { size, meta, columns } = await unpacked(TEXT);
  assert.equal(size, 3);
  assert.deepEqual(meta, { time: '1767571200500', whole: 'true' });
  assert.deepEqual([...columns.icao24], [0x4ca7b5, 2 ** 24 + 1, 2 ** 48 + 5]);
  assert.deepEqual([...columns.sub], [0, 2, 0]);
  assert.deepEqual([...columns.position_time], [1767571200123, 1767571200123, 1767571200123]);
  assert.deepEqual([...columns.lon, ...columns.lat], [-6.25, 0, 179.5, 53, 0, -85]);
  assert.deepEqual([...columns.track], [90, NaN, 359.5]);
  assert.deepEqual([...columns.on_ground], [0, 1, 0]);
  assert.deepEqual([0, 1, 2].map((i) => columns.callsign.text(i)), ['EIN12', '', 'ABCDEFGH']);
  assert.deepEqual([columns.registration, columns.source, columns.emergency].map((one) => one.text(0)), ['EI-ABC', 'adsb_icao', 'none']);
});

test('the values lie on the bytes that came', async () => {
  const bytes = await raw();
  const { columns } = readArrow(bytes);
  assert.equal(columns.lat.buffer, bytes.buffer);
  assert.equal(columns.callsign.bytes.buffer, bytes.buffer);
});

test('what is cut off or something else is refused', async () => {
  const bytes = await raw();
  for (const broken of [new Uint8Array(0), bytes.slice(0, 200), bytes.slice(0, bytes.length / 2), new Uint8Array(400).fill(7)])
    assert.throws(() => readArrow(broken), RangeError);
});
