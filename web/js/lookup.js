// Names that the page does not have at hand: aerodromes and past anomalies from the service, towns from the basemap's file.
import { best } from './find.js';
import { parseTime } from './time.js';

const MOST = 4;
const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const TOWNS = '/static/basemap/places.json';

// A text as a CQL2 literal.
export const literal = (text) => `'${text.replaceAll("'", "''")}'`;

// % and _ stand for anything in LIKE; here they stand for themselves.
const plain = (text) => text.replace(/[\\%_]/g, '\\$&');

export function airportFilter(text) {
  const like = literal(`%${plain(text)}%`);
  const code = literal(text.toUpperCase());
  return `code = ${code} OR iata = ${code} OR (kind = 'airline' AND CASEI(name) LIKE CASEI(${like}))`;
}

export function anomalyFilter(text) {
  const own = text.toUpperCase();
  const callsign = `callsign LIKE ${literal(`${plain(own)}%`)}`;
  return /^~?[0-9a-f]{6}$/i.test(text) ? `${callsign} OR icao24 = ${literal(text.toLowerCase())}` : callsign;
}

// Towns of one name lie in several countries, and in one country at several places.
export function whereabouts(land, [lng, lat]) {
  const [, country, state] = /^([A-Z]{2})(?:-([A-Z]{2}))?$/.exec(land ?? '') ?? [];
  const name = country && COUNTRIES.of(country);
  return [[state, name].filter(Boolean).join(', '), `${lat.toFixed(2)}, ${lng.toFixed(2)}`].filter(Boolean).join(' · ');
}

export class Lookup {
  #api;
  #towns = null;

  constructor(api) {
    this.#api = api;
  }

  // Everything by that name, best first; a source that fails gives nothing, and the others still answer.
  async find(text, signal) {
    const answers = await Promise.allSettled([this.#airports(text, signal), this.#named(text), this.#past(text, signal)]);
    const found = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    return found.sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  }

  async #airports(text, signal) {
    const page = await this.#api.get('/collections/airports/items', { filter: airportFilter(text), limit: 20 }, signal);
    const wanted = text.toUpperCase();
    return page.features
      .map(({ geometry, properties: { code, iata, name } }) => ({ rank: best([code, iata, name], wanted), kind: 'airport', title: name, note: [code, iata].filter(Boolean).join(' · '), at: geometry.coordinates }))
      .sort((a, b) => b.rank - a.rank || a.title.length - b.title.length)
      .slice(0, MOST); // prettier-ignore
  }

  async #named(text) {
    this.#towns ??= fetch(TOWNS).then((answer) => answer.json());
    const wanted = text.toUpperCase();
    const { features } = await this.#towns;
    return features
      .map(({ geometry, properties }) => ({ rank: best([properties.n], wanted), people: properties.p, title: properties.n, land: properties.k, at: geometry.coordinates }))
      .filter(({ rank }) => rank >= 2)
      .sort((a, b) => b.rank - a.rank || b.people - a.people)
      .slice(0, MOST)
      .map(({ rank, title, land, at }) => ({ rank, kind: 'town', title, note: whereabouts(land, at), at }));
  }

  async #past(text, signal) {
    const query = { filter: anomalyFilter(text), limit: MOST, properties: 'class,callsign,icao24,explanation,end' };
    const page = await this.#api.get('/collections/anomalies/items', query, signal);
    return page.features.map(({ id, properties: p }) => ({ kind: 'anomaly', id, cls: p.class, title: p.callsign || p.icao24, note: p.explanation, end: parseTime(p.end) }));
  }
}
