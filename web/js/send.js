// Sends a change to the server as JSON; errors say what went wrong in words that a user may read.
import { ApiError } from './api.js';

export async function send(method, path, value = {}) {
  const body = method === 'GET' ? undefined : JSON.stringify(value);
  const headers = { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }) };
  let response;
  try {
    response = await fetch(path, { method, headers, body, credentials: 'same-origin' });
  } catch {
    throw new ApiError('The server cannot be reached', 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.detail ?? answer.title ?? `HTTP ${response.status}`, response.status);
  return answer;
}
