// Times in words: how long ago, how long, and the months.
export const TIMES = {
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  date: (day, month, year) => `${day} ${month} ${year}`,
  day: (day, month) => `${day} ${month}`,
  local: 'local',
  now: 'now',
  ago: (span) => `${span} ago`,
  s: (n) => `${n} s`,
  min: (n) => `${n} min`,
  h: (n) => `${n} h`,
  d: (n) => `${n} d`,
};
