import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Cell } from '../ground/output/look.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Mark } from '../telemetry/traces/release-change.ts';
import type { SyncEvent, SyncReport } from '../telemetry/traces/sync-spans.ts';
import { joined, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops sync`. */
export interface SyncAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly isRehearsal: boolean;
  readonly reports: readonly SyncReport[];
  /** Releases that spans showed for the first time. */
  readonly releases: readonly Mark[];
}

const counted = (count: number): string => count.toLocaleString('en-US');

/** `prod  12,400 rows · 3,100/s · at 2026-11-20 06:00 CET · 42 % · 18 s left`, as one line. */
export const renderSyncProgress = (
  { backend, rows, rowsPerSecond, at, share, secondsLeft }: SyncEvent,
  { look, zone }: Pick<ViewOptions, 'look' | 'zone'>,
): string => {
  const facts = [
    plural(rows, 'row'),
    `${counted(Math.round(rowsPerSecond))}/s`,
    `at ${localTime(at, zone)}`,
    `${Math.floor(share * 100)} %`,
    ...(secondsLeft === null || share === 1 ? [] : [`${humanDuration(secondsLeft * 1000)} left`]),
  ];
  return `${backend}  ${joined(look, facts)}`;
};

const countsOf = ({ rows, added, changed, scores, tooOld }: SyncReport, isRehearsal: boolean): readonly string[] =>
  isRehearsal
    ? [`${plural(rows, 'row')} read, nothing kept`]
    : [
        `${counted(added)} new`,
        `${counted(changed)} changed`,
        plural(scores, 'score'),
        ...(tooOld > 0 ? [`${counted(tooOld)} too old to keep`] : []),
      ];

const renderReport = (report: SyncReport, isRehearsal: boolean, { look, zone }: ViewOptions): readonly string[] => {
  const { backend, from, to, complete, problem, unpriced } = report;
  const sign = complete ? stateSigns.green : problem === null ? stateSigns.yellow : stateSigns.red;
  const window = from === to ? 'nothing to read' : `${localTime(from, zone)} to ${localTime(to, zone)}`;
  const facts = joined(look, [...countsOf(report, isRehearsal), window]);
  const line = (indent: number, pieces: readonly Cell[]) => renderParagraph(look, { indent, hang: 2, maxLines: 4 }, pieces);
  return [
    ...line(0, [{ text: symbolOf(look, sign), tone: sign.tone }, { text: ` ${backend}`, tone: 'strong' }, { text: `  ${facts}` }]),
    ...(problem === null ? [] : line(2, [{ text: problem.message, tone: 'bad' }])),
    ...(problem === null || problem.hint === null ? [] : line(2, [{ text: problem.hint, tone: 'dim' }])),
    ...(complete || isRehearsal ? [] : line(2, [{ text: 'cut off; the next agentops sync goes on there', tone: 'dim' }])),
    ...(unpriced.length === 0 ? [] : line(2, [{ text: `no price for ${unpriced.join(', ')}: give one under prices:`, tone: 'warn' }])),
  ];
};

const renderText = ({ reports, releases, isRehearsal }: SyncAnswer, view: ViewOptions): string => {
  const seen = releases.map(({ agent, release, at }) => `${agent} ${release} (${localTime(at, view.zone)})`);
  return [
    ...reports.flatMap((report) => renderReport(report, isRehearsal, view)),
    ...(seen.length === 0
      ? []
      : renderParagraph(view.look, { indent: 0, hang: 2, maxLines: 4 }, [{ text: `new releases seen: ${seen.join(', ')}` }])),
  ]
    .map((line) => `${line}\n`)
    .join('');
};

const renderJson = ({ fleet, generatedAt, isRehearsal, reports, releases }: SyncAnswer): string =>
  jsonDocument(fleet, generatedAt, {
    dry_run: isRehearsal,
    backends: reports.map(({ tooOld, from, to, problem: _, ...rest }) => ({
      ...rest,
      too_old: tooOld,
      from: isoTime(from),
      to: isoTime(to),
    })),
    problems: reports.flatMap(({ backend, problem }) => (problem === null ? [] : [{ backend, ...problem }])),
    releases: releases.map(({ agent, release, at }) => ({ agent, release, at: isoTime(at) })),
  });

/** Every format of `agentops sync`. */
export const syncFormats = (answer: SyncAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => renderJson(answer),
});
