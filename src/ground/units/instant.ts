const form = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(?:Z|([+-]\d{2}):?(\d{2})?)?$/i;

/** UTC epoch microseconds of an instant in ISO 8601; UTC where it names no zone; null where it is none. Digits past the microsecond are cut. */
export const parseInstant = (text: string): number | null => {
  const parts = form.exec(text.trim());
  if (!parts) return null;
  const [, date, time, fraction = '', hours, minutes = '00'] = parts;
  const ms = Date.parse(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(ms) ? null : ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
};

/** `2026-11-22T18:04:11.201000Z` of UTC epoch microseconds: what `parseInstant` reads back. */
export const formatInstant = (us: number): string => {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1000).padStart(3, '0')}Z`;
};
