// Numbers and times for people.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** `1,234,567`. */
export const count = (n) => whole.format(n);

/** `1.23M`. */
export const compact = (n) => (Math.abs(n) < 10_000 ? whole.format(n) : short.format(n));

/** `8.1 MB`, as two parts. */
export function bytesParts(n) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (n >= 1000 && unit + 1 < units.length) {
    n /= 1000;
    unit += 1;
  }
  return [unit === 0 ? whole.format(n) : n.toFixed(1), units[unit]];
}

/** `8.1 MB`. */
export const bytes = (n) => bytesParts(n).join(" ");

/** As many digits as are worth reading. */
export const rate = (n) => (n < 100 ? n.toFixed(1) : whole.format(n));

/** `3 d 4 h`, `4 h 20 min`, `20 min 5 s`, `5.2 s`, `40 ms`. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${+(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor(ms / 1000) % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `82 %`, and `0.4 %` where it is little. */
export function percent(share) {
  const n = share * 100;
  return `${n > 0 && n < 9.95 ? n.toFixed(1) : n.toFixed(0)} %`;
}

/** Time of the day. */
export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB");

/** Later than any date that can be written: for ever. */
const FOREVER_MS = 8.64e15;

/** `until` a day and a time, or `for good`. */
export function moment(ms) {
  if (ms >= FOREVER_MS) return "for good";
  return `until ${new Date(ms).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" })}`;
}

/** A name as it is written in the API, for people: `first_byte` as `first byte`. */
export const words = (name) => name.replaceAll("_", " ");
