import type { Look, Tone } from '../ground/output/look.ts';
import { formatMoney, formatShare } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { StateName } from '../oversight/status/health-report.ts';
import type { CheckStatus } from '../quality/health/result.ts';

/** How a state or status looks; the word beside it says the same. */
export interface Sign {
  readonly symbol: string;
  readonly ascii: string;
  readonly tone: Tone;
}

export const stateSigns: Readonly<Record<StateName, Sign>> = {
  red: { symbol: '✖', ascii: 'x', tone: 'bad' },
  unknown: { symbol: '?', ascii: '?', tone: 'unknown' },
  yellow: { symbol: '▲', ascii: '!', tone: 'warn' },
  green: { symbol: '✔', ascii: '+', tone: 'good' },
};

export const statusSigns: Readonly<Record<CheckStatus, Sign>> = {
  pass: stateSigns.green,
  degraded: stateSigns.yellow,
  fail: stateSigns.red,
  error: stateSigns.unknown,
  skipped: { symbol: '○', ascii: 'o', tone: 'dim' },
};

export const symbolOf = (look: Look, sign: Sign): string => (look.unicode ? sign.symbol : sign.ascii);

/** What a table shows where nothing is known. */
export const missing = '-';
export const shareOrMissing = (share: number | null): string => (share === null ? missing : formatShare(share));
export const durationOrMissing = (ms: number | null): string => (ms === null ? missing : humanDuration(ms));
export const moneyOrMissing = (nanos: number | null): string => (nanos === null ? missing : formatMoney(nanos));

/** Facts set apart by a middle dot, or a dash where only ASCII can be drawn. */
export const joined = (look: Look, facts: readonly string[]): string => facts.join(look.unicode ? ' · ' : ' - ');

/** How a document is shown to a person. */
export interface ViewOptions {
  readonly look: Look;
  /** Every check and assertion, also the good ones. */
  readonly verbose: boolean;
  /** IANA time zone of the reader. */
  readonly zone: string;
}
