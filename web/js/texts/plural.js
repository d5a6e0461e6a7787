// A number with its word, in English.
export const plural = (n, one, many) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
