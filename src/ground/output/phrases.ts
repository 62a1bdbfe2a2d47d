import { distance } from 'fastest-levenshtein';
import { grouped } from '../units/amount.ts';

/** `1 check`, `2 checks`, `2 retries`: the number with the right word. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export const listOf = (items: readonly string[], joint = 'and'): string => {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1)}`;
};

const ages = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const;

/** The age of something in its one largest unit: `12 s`, `3 m`, `5 h`, `40 d`. Milliseconds; a clock that ran backwards counts as 0. */
export const ageOf = (ms: number): string => {
  const [size, unit] = ages.find(([each]) => ms >= each) ?? ages[3];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
};

/** `3 m ago`, seen from `now`; both UTC epoch ms. */
export const ago = (at: number, now: number): string => (now - at < 1000 ? 'just now' : `${ageOf(now - at)} ago`);

/** `2026-11-01 14:03 CET` for an instant (UTC epoch ms) in an IANA time zone. */
export const localTime = (at: number, zone: string): string => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']} ${parts['timeZoneName']}`;
};

/** `14:03:07` for an instant (UTC epoch ms) in an IANA time zone. */
export const clockTime = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(at);

const sameLetters = (a: string, b: string): boolean => [...a].sort().join('') === [...b].sort().join('');

/** The name a person most likely meant, or null where none is near: at most a third of the letters may differ; two that changed places are one. */
export const nearest = (name: string, names: readonly string[]): string | null => {
  const asked = name.toLowerCase();
  const far = Math.max(1, Math.floor(asked.length / 3));
  const near = names
    .map((candidate) => {
      const edits = distance(asked, candidate.toLowerCase());
      return { candidate, edits: edits === 2 && sameLetters(asked, candidate.toLowerCase()) ? 1 : edits };
    })
    .filter(({ edits }) => edits <= far)
    .sort((a, b) => a.edits - b.edits)
    .at(0);
  return near?.candidate ?? names.find((candidate) => asked.length > 2 && candidate.toLowerCase().startsWith(asked)) ?? null;
};
