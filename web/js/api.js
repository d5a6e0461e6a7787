// The server's JSON and columns, with errors that say what went wrong in words that a user may read.
import { readArrow } from './arrow.js';
import { TEXTS } from './texts.js';

const T = TEXTS.api;

// `parameter`: the field of what was sent that is at fault, where the server names one; `wait_s`: seconds after which it, or a
// proxy before it, may be asked again, 0 where it does not say.
export class ApiError extends Error {
  constructor(title, status, detail, parameter = null, wait = 0) {
    super(detail ? `${title}: ${detail}` : title);
    Object.assign(this, { status, detail: detail ?? title, parameter, wait_s: wait });
  }
}

const PAGE = 10_000; // the most that the server gives at once
const TIMEOUT_MS = 20_000;
const PLAIN = 'application/json, application/geo+json';
const COLUMNS = 'application/vnd.apache.arrow.stream';
const UNKNOWN = 401;

// `unknown()` hears that the server no longer knows who asks.
export function createApi({ unknown = () => {} } = {}) {
  const said = (error) => {
    if (error.status !== UNKNOWN) return error;
    unknown();
    return new ApiError(T.out, UNKNOWN); // the server's own words are for programs
  };

  async function ask(path, params, signal, kind) {
    const query = new URLSearchParams(
      Object.entries(params).filter(([, v]) => v !== undefined && v !== null && v !== ''),
    );
    const url = query.size ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path;
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    const response = await reach(url, AbortSignal.any(limits), signal, kind, { begun: take(url) });
    if (!response.ok) throw said(await problem(response));
    return response;
  }

  const get = async (path, params = {}, signal = undefined) => whole(await ask(path, params, signal, PLAIN), 'json');

  // Features of a collection, following `next` links until there are `cap` of them.
  async function items(collection, params = {}, { cap = 10_000, signal } = {}) {
    const features = [];
    let path = `/collections/${collection}/items`;
    let query = { limit: Math.min(PAGE, cap), ...params };
    while (path && features.length < cap) {
      const page = await get(path, query, signal);
      features.push(...(page.features ?? []));
      path = nextPath(page);
      query = {};
    }
    return features.slice(0, cap);
  }

  // Aircraft as tables of columns, one for each page, until there are `cap` of them.
  async function sky(params = {}, { cap = 20_000, signal } = {}) {
    const tables = [];
    let [path, query, found] = ['/collections/aircraft/items', { limit: Math.min(PAGE, cap), ...params }, 0];
    while (path && found < cap) {
      const response = await ask(path, query, signal, COLUMNS);
      tables.push(readArrow(new Uint8Array(await whole(response, 'arrayBuffer'))));
      found += tables.at(-1).size;
      const next = /<([^>]+)>; rel="next"/.exec(response.headers.get('Link') ?? '');
      [path, query] = [next && onlyPath(next[1]), {}];
    }
    return tables;
  }

  const change = (...what) => send(...what).catch((error) => Promise.reject(said(error)));

  return { get, items, send: change, sky };
}

// Sends what changes something; the answer as JSON, null where there is none.
export async function send(method, path, body = undefined, { signal = null, wait_ms: wait = TIMEOUT_MS } = {}) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const more = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const limits = [AbortSignal.timeout(wait), ...(signal ? [signal] : [])];
  const response = await reach(path, AbortSignal.any(limits), signal, PLAIN, more);
  if (!response.ok) throw await problem(response);
  return response.status === 204 ? null : whole(response, 'json');
}

// The answer to what the page asked before there was any module (asked.js), once.
function take(url) {
  const answer = globalThis.asked?.get(url);
  globalThis.asked?.delete(url);
  return answer;
}

async function reach(url, signal, asked, kind, { begun, headers, ...more } = {}) {
  try {
    return await (begun ?? fetch(url, { signal, headers: { Accept: kind, ...headers }, ...more }));
  } catch (error) {
    if (asked?.aborted) throw error;
    throw new ApiError(error.name === 'TimeoutError' ? T.slow : T.away, 0);
  }
}

// The time that an answer may take holds for its last byte, too.
async function whole(response, form) {
  try {
    return await response[form]();
  } catch (error) {
    if (error.name === 'TimeoutError') throw new ApiError(T.slow, 0);
    throw error;
  }
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  const wait = waitOf(response.headers.get('Retry-After') ?? '');
  const again = wait ? T.again(wait) : '';
  const detail = [body.detail, again].filter(Boolean).join('; ') || undefined;
  return new ApiError(body.title ?? T.statuses[response.status] ?? T.status(response.status), response.status, detail, body.parameter, wait);
}

// Seconds, from either form of the header: a number of them, or a date.
export function waitOf(header, now = Date.now()) {
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : 0;
}

function nextPath(page) {
  const link = (page.links ?? []).find((l) => l.rel === 'next');
  return link ? onlyPath(link.href) : null;
}

// Behind a proxy the server may not know its own public name.
function onlyPath(href) {
  const url = new URL(href, location.href);
  return url.pathname + url.search;
}

export const isAbort = (error) => error?.name === 'AbortError';
