// The rows of the list: an incident of the service where there is one, else what the page finds to belong together.
import { RANKS } from './anomalies.js';
import { eventsOf } from './events.js';

export const ANY = Object.freeze({ band: '', status: '', queue: null });
export const TODO = 'todo'; // new or seen: somebody still has to say what it is
const OPEN = ['new', 'seen'];

// Whether an incident is among those that were chosen; without one only where nothing is asked.
export function isChosen(incident, { band, status, queue }) {
  if (!band && !status && !queue) return true;
  if (!incident) return false;
  const asked = status === TODO ? OPEN.includes(incident.status) : !status || incident.status === status;
  return asked && (!band || incident.band === band) && (!queue || concerns(incident, queue));
}

// Whose it is: of the queue that it was given to, else of each whose filter it fits. `queue`: {id, classes, bands, priority}.
function concerns(incident, { id, classes = [], bands = [], priority = 'low' }) {
  if (incident.queue) return incident.queue === id;
  const fits = !classes.length || incident.classes.some((one) => classes.includes(one));
  return fits && (!bands.length || bands.includes(incident.band)) && RANKS.indexOf(incident.priority) >= RANKS.indexOf(priority);
}

// The priority that a row shows: an incident of several has its own.
export const priorityOf = ({ lead, members, incident }) => (members.length > 1 && incident?.priority) || lead.priority;

const rankOf = (event) => RANKS.indexOf(priorityOf(event));

// [{lead, members, incident}] in the order of the list; `ranked`: what shows the higher priority stands higher.
export function groupsOf(list, { scopeOf, incidentOf, filter = ANY, ranked = false }) {
  const chosen = list.filter((one) => isChosen(incidentOf(one.id), filter));
  const byIncident = new Map();
  const alone = [];
  for (const one of chosen) {
    const incident = incidentOf(one.id);
    if (!incident) alone.push(one);
    else if (byIncident.has(incident.id)) byIncident.get(incident.id).members.push(one);
    else byIncident.set(incident.id, { lead: one, members: [one], incident });
  }
  const events = eventsOf(alone, scopeOf).map((event) => ({ ...event, incident: null }));
  if (!byIncident.size) return events;
  const at = new Map(chosen.map((one, i) => [one, i]));
  return [...byIncident.values(), ...events].sort((a, b) => (ranked ? rankOf(b) - rankOf(a) : 0) || at.get(a.lead) - at.get(b.lead));
}
