// A short list of named things that this browser keeps. One that keeps nothing gives an empty list and says so on writing.
const MOST = 50;

export function keptList(key, valid) {
  try {
    const found = JSON.parse(localStorage.getItem(key)) ?? [];
    return Array.isArray(found)
      ? found.filter((one) => typeof one?.name === 'string' && valid(one)).slice(0, MOST)
      : [];
  } catch {
    return []; // private windows may refuse, and what somebody else wrote there is no list of ours
  }
}

// Whether it could be kept. The same name is overwritten, the newest comes first.
export function keepIn(key, list, one) {
  const next = [one, ...list.filter((other) => other.name !== one.name)].slice(0, MOST);
  return write(key, next) ? next : null;
}

export function write(key, list) {
  try {
    localStorage.setItem(key, JSON.stringify(list));
    return true;
  } catch {
    return false;
  }
}
