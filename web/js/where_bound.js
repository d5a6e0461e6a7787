// Keeps what is shown to the place that was chosen: a country, a flight information region, an area.
import { matcher } from './where.js';

// An area that is deleted chooses nothing any more.
export function bindWhere({ anomalies, bus, state }) {
  const choose = ({ area, only }) => {
    if (only?.kind === 'area' && !area) return state.set({ only: null });
    anomalies.chosen = matcher({ area, only });
    bus.emit('anomalies');
  };
  state.on(['area', 'only'], choose);
  choose(state.get());
}
