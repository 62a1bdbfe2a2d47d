const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** How long anything may wait, ms: a day. A timer that is set to 25 days or more fires at once. */
export const longestWaitMs = unitMs.d;

const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Milliseconds of `90s`, `15m`, `1.5h`, `7d`; null where the text is not a duration or not a whole number of milliseconds. */
export const parseDuration = (text: string): number | null => {
  const parts = form.exec(text.trim());
  if (!parts) return null;
  const ms = Number(parts[1]) * unitMs[parts[2] as keyof typeof unitMs];
  return Number.isSafeInteger(Math.round(ms)) && Math.abs(ms - Math.round(ms)) < 1e-6 ? Math.round(ms) : null;
};

/** The shortest exact form that `parseDuration` reads back, of whole milliseconds: 5400000 → `90m`. */
export const formatDuration = (ms: number): string => {
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) {
    if (ms !== 0 && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${ms}ms`;
};

/** For people, two parts at most: `850 ms`, `1.24 s`, `12 s`, `4 m 10 s`, `3 d 4 h`. */
export const humanDuration = (ms: number): string => {
  if (ms < 1) return '<1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`;
  if (roundTo(ms, unitMs.s) < unitMs.h) return inTwo(ms, 'm', 's');
  return roundTo(ms, unitMs.m) < unitMs.d ? inTwo(ms, 'h', 'm') : inTwo(ms, 'd', 'h');
};

const roundTo = (ms: number, unit: number): number => Math.round(ms / unit) * unit;

const inTwo = (ms: number, big: 'd' | 'h' | 'm', small: 'h' | 'm' | 's'): string => {
  const rounded = roundTo(ms, unitMs[small]);
  const rest = (rounded % unitMs[big]) / unitMs[small];
  const whole = `${Math.floor(rounded / unitMs[big])} ${big}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
};
