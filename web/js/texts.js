// Every word that the page says of itself, in one place, so that it can be translated. What anomalies say comes from the server.
const plural = (n, one, many) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const TEXTS = {
  settings: {
    title: 'Settings',
    open: 'Settings',
    close: 'Close',
    note: 'Kept in this browser, and in the address of this page where you change them.',
    theme: { label: 'Theme', auto: 'As the system', dark: 'Dark', light: 'Light' },
    units: { label: 'Units', aviation: 'Aviation: ft, kt, nmi', metric: 'Metric: m, km/h, km' },
    zone: { label: 'Times', utc: 'UTC', local: 'Local' },
    more: 'More',
    statistics: 'Statistics',
    print: 'Print this view',
    sentences: 'Sentences of anomalies keep the units in which their class measures.',
  },
};

export { plural };
