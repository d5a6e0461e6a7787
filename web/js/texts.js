// The language of the page. A translation is a file of the same shape beside texts/en.js.
export { plural, TEXTS } from './texts/en.js';
export { ACCESS } from './texts/en_access.js';
