// The server's JSON, with errors that say what went wrong in words that a user may read.
export class ApiError extends Error {
  constructor(title, status, detail) {
    super(detail ? `${title}: ${detail}` : title);
    this.status = status;
  }
}

const PAGE = 10_000; // the most that the server gives at once
const TIMEOUT_MS = 20_000;

export function createApi() {
  async function get(path, params = {}, signal = undefined) {
    const query = new URLSearchParams(
      Object.entries(params).filter(([, v]) => v !== undefined && v !== null && v !== ''),
    );
    const url = query.size ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path;
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    const response = await reach(url, AbortSignal.any(limits), signal);
    if (!response.ok) throw await problem(response);
    return response.json();
  }

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

  return { get, items };
}

async function reach(url, signal, asked) {
  try {
    return await fetch(url, { signal, headers: { Accept: 'application/json, application/geo+json' } });
  } catch (error) {
    if (asked?.aborted) throw error;
    throw new ApiError(error.name === 'TimeoutError' ? 'The server took too long' : 'The server cannot be reached', 0);
  }
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return new ApiError(body.title ?? `HTTP ${response.status}`, response.status, body.detail);
}

// Only path and query of the link are used: behind a proxy the server may not know its own public name.
function nextPath(page) {
  const link = (page.links ?? []).find((l) => l.rel === 'next');
  if (!link) return null;
  const url = new URL(link.href, location.href);
  return url.pathname + url.search;
}

export const isAbort = (error) => error?.name === 'AbortError';
