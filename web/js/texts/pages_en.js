// The words of the small map on the pages of the API.
export const PAGES = { unread: 'The features for this map could not be read.' };
