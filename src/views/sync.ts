import { inertLine } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { SyncEvent, SyncReport } from '../telemetry/traces/sync-spans.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops sync`. */
export interface SyncAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly isRehearsal: boolean;
  readonly backends: readonly SyncReport[];
  readonly problems: readonly { readonly backend: string; readonly message: string; readonly hint: string | null }[];
}

/** `prod  12,400 rows  3,100/s  42%  18 s left`, as one line. */
export const renderSyncProgress = ({ backend, rows, rowsPerSecond, share, secondsLeft }: SyncEvent): string =>
  [
    backend,
    `${rows.toLocaleString('en-US')} rows`,
    `${Math.round(rowsPerSecond).toLocaleString('en-US')}/s`,
    `${Math.floor(share * 100)}%`,
    ...(secondsLeft === null ? [] : [`${humanDuration(secondsLeft * 1000)} left`]),
  ].join('  ');

const renderText = ({ backends, problems, isRehearsal }: SyncAnswer, { look, zone }: ViewOptions): string => {
  const lines = backends.map(({ backend, from, to, rows, added, changed, scores, tooOld, complete, unpriced }) => {
    const counts = isRehearsal
      ? `${plural(rows, 'row')} read, nothing kept`
      : `${added.toLocaleString('en-US')} new, ${changed.toLocaleString('en-US')} changed, ${plural(scores, 'score')}${tooOld > 0 ? `, ${tooOld} too old to keep` : ''}`;
    const sign = complete ? look.paint('good', look.unicode ? '✔' : 'ok') : look.paint('warn', look.unicode ? '…' : '...');
    const cut = complete ? '' : ' · cut off; the next sync goes on there';
    const missing = unpriced.length === 0 ? [] : [`    no price for ${unpriced.map(inertLine).join(', ')}: give one under prices:`];
    return [`${sign} ${backend}  ${counts}  (${localTime(from, zone)} to ${localTime(to, zone)})${cut}`, ...missing].join('\n');
  });
  const failed = problems.map(
    ({ backend, message, hint }) =>
      `${look.paint('bad', look.unicode ? '✖' : 'x')} ${backend}  ${inertLine(message)}${hint === null ? '' : `\n    ${inertLine(hint)}`}`,
  );
  return `${[...lines, ...failed].join('\n')}\n`;
};

const renderJson = ({ fleet, generatedAt, isRehearsal, backends, problems }: SyncAnswer): string =>
  jsonDocument(fleet, generatedAt, {
    dry_run: isRehearsal,
    backends: backends.map(({ tooOld, from, to, ...rest }) => ({ ...rest, too_old: tooOld, from: isoTime(from), to: isoTime(to) })),
    problems,
  });

/** Every format of `agentops sync`. */
export const syncFormats = (answer: SyncAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => renderJson(answer),
});
