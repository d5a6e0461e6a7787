// What was typed into the search box, understood: coordinates, or aircraft and anomalies by name.
const MOST = 8;

// "51.5, -0.12" or "51.5N 0.12W" -> {lat, lng}, else null.
export function parseCoordinates(text) {
  const match = /^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NS])?[\s,;]+([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW])?\s*$/i.exec(
    text,
  );
  if (!match) return null;
  const lat = Number(match[1]) * (/s/i.test(match[2] ?? '') ? -1 : 1);
  const lng = Number(match[3]) * (/w/i.test(match[4] ?? '') ? -1 : 1);
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}

// Aircraft and anomalies that begin with, or else contain, what was typed.
export function findMatches(text, { aircraft, anomalies }) {
  const wanted = text.trim().toUpperCase();
  if (wanted.length < 2) return [];
  const scored = [];
  for (const one of aircraft) {
    const rank = best([one.callsign, one.id, one.registration, one.squawk], wanted) || best([one.type_code], wanted) - 1.5;
    if (rank > 0)
      scored.push({
        rank,
        kind: 'aircraft',
        id: one.id,
        title: one.callsign || one.id,
        note: [one.id, one.registration, one.type_code].filter(Boolean).join(' · '),
      });
  }
  for (const one of anomalies) {
    const rank = best([one.callsign, one.icao24, one.id, ...one.members], wanted);
    if (rank)
      scored.push({
        rank: rank - 0.5,
        kind: 'anomaly',
        id: one.id,
        cls: one.cls,
        end: one.end,
        title: one.callsign || one.icao24 || one.id,
        note: one.explanation,
      });
  }
  return scored.sort((a, b) => b.rank - a.rank || (a.title < b.title ? -1 : 1)).slice(0, MOST);
}

// 3: one of the names is it; 2: begins with it; 1: holds it; 0: none does.
export function best(names, wanted) {
  return Math.max(
    ...names.map((name) => {
      const text = String(name ?? '').toUpperCase();
      return text === wanted ? 3 : text.startsWith(wanted) ? 2 : text.includes(wanted) ? 1 : 0;
    }),
  );
}
