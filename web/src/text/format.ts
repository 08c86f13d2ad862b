const units = ['B', 'kB', 'MB', 'GB'];

/** 1234567 → "1.2 MB"; decimal units, as mail providers count. */
export function formatOctets(octets: number): string {
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** "1 byte", "18 bytes". */
export function countBytes(octets: number): string {
  return `${octets.toLocaleString('en')} byte${octets === 1 ? '' : 's'}`;
}

/** Microseconds since the start of the session → "0.042 s", "1 min 05 s". */
export function formatClock(us: number): string {
  const seconds = us / 1e6;
  if (seconds < 60) return `${seconds.toFixed(3)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}

/** A length of time → "4 ms", "1.4 s". */
export function formatDuration(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1e6) return `${Math.round(us / 1000)} ms`;
  return us < 6e7 ? `${(us / 1e6).toFixed(1)} s` : formatClock(us);
}
