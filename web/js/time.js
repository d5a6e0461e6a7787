// Times in words. All instants are data time in epoch ms, shown in UTC or in the reader's own time zone.
import { preferred } from './prefs.js';
import { TEXTS } from './texts.js';

const T = TEXTS.times;

const TEN_MONTHS_MS = 300 * 86_400_000;

const pad = (n) => String(n).padStart(2, '0');

// ms from the reader's clock to UTC at that instant.
const behindUtc = (ms) => (preferred('zone') === 'local' ? new Date(ms).getTimezoneOffset() * 60_000 : 0);

// The same instant, such that its UTC fields say what the reader's clock says.
const shownDate = (ms) => new Date(ms - behindUtc(ms));

// "UTC", or what the reader's time is called at that instant, as "GMT+2".
export function zoneText(ms) {
  if (preferred('zone') === 'utc' || !Number.isFinite(ms)) return 'UTC';
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(new Date(ms));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? T.local;
}

// For charts: the time zone by its name in the tz database.
export const zoneName = () => (preferred('zone') === 'utc' ? 'Etc/UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone);

export function clockText(ms, seconds = true) {
  const d = shownDate(ms);
  return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}${seconds ? `:${pad(d.getUTCSeconds())}` : ''}`;
}

export function dateText(ms) {
  const d = shownDate(ms);
  return T.date(d.getUTCDate(), T.months[d.getUTCMonth()], d.getUTCFullYear());
}

// A day of the past: how long ago it was, or its year where that does not go without saying.
export function pastText(ms, now) {
  const words = now - ms < TEN_MONTHS_MS ? [dayText(ms), zoneText(ms), agoText(ms, now)] : [dateText(ms), zoneText(ms)];
  return words.join(' · ');
}

// Where the year goes without saying.
export function dayText(ms) {
  const d = shownDate(ms);
  return T.day(d.getUTCDate(), T.months[d.getUTCMonth()]);
}

export function stampText(ms) {
  return `${dateText(ms)} ${clockText(ms)} ${zoneText(ms)}`;
}

export function agoText(ms, now) {
  const s = (now - ms) / 1000;
  if (s < 10) return T.now;
  if (s < 90) return T.ago(T.s(Math.round(s)));
  if (s < 5400) return T.ago(T.min(Math.round(s / 60)));
  if (s < 129_600) return T.ago(T.h(Math.round(s / 3600)));
  return T.ago(T.d(Math.round(s / 86_400)));
}

export function spanText(ms) {
  const s = Math.round(ms / 1000);
  if (s < 90) return T.s(s);
  if (s < 5400) return T.min(Math.round(s / 60));
  const minutes = Math.round(s / 60);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return m ? `${T.h(h)} ${T.min(m)}` : T.h(h);
}

export function windowText(seconds) {
  if (seconds < 3600) return T.min(seconds / 60);
  return seconds <= 86_400 ? T.h(seconds / 3600) : T.d(seconds / 86_400);
}

export function rfc3339(ms) {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z');
}

// Servers say times as RFC 3339 text or as epoch ms; NaN where it is neither.
export function parseTime(value) {
  return typeof value === 'number' ? value : Date.parse(value ?? '');
}

// Whole steps that read well as axis ticks: the smallest that leaves at most `most` of them.
const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

// Round on the reader's clock; an hour that it leaves out in spring has none, and one that it has twice in autumn has one.
export function ticks(start, end, most) {
  const step = 1000 * (STEPS.find((s) => (end - start) / (s * 1000) <= most) ?? 86_400);
  const out = [];
  for (let t = Math.floor(shownDate(start) / step) * step; t <= +shownDate(end); t += step) {
    const at = t + behindUtc(t + behindUtc(t));
    if (at >= start && at <= end && at !== out.at(-1)) out.push(at);
  }
  return out;
}
