import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Tone } from '../ground/output/look.ts';
import { clockTime } from '../ground/output/phrases.ts';
import { isFiring } from '../oversight/alerts/alert-state.ts';
import { agentNamed } from '../oversight/alerts/subject.ts';
import type { CalledRun } from '../response/tick/called-run.ts';
import { hasFailed, summaryOf, type Tick } from '../response/tick/tick.ts';
import { missing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops tick`. */
export interface TickAnswer {
  readonly fleet: string;
  readonly tick: Tick;
  /** Nothing is said where nothing went wrong: what cron mails is worth reading. */
  readonly isQuiet: boolean;
}

const renderText = ({ tick, isQuiet }: TickAnswer, { look, zone }: ViewOptions): string => {
  if (isQuiet && !hasFailed(tick)) return '';
  const line = (indent: number, ...pieces: readonly Cell[]) => renderParagraph(look, { indent, hang: 2, maxLines: 4 }, pieces);
  const sign = hasFailed(tick) ? stateSigns.red : stateSigns.green;
  return [
    ...line(0, { text: `${symbolOf(look, sign)} `, tone: sign.tone }, { text: summaryOf(tick) }),
    ...tick.firing.flatMap(({ rule, agent, label, instance, judgement }) =>
      line(
        2,
        { text: `${[rule, label].filter((word) => word !== '').join('/')} on ${agentNamed(agent) ?? 'the fleet'}`, tone: 'bad' },
        { text: ` since ${clockTime(instance.firedAt ?? instance.since, zone)}: ${judgement.reason}` },
      ),
    ),
    ...tick.incidents.map(({ id, title }) => renderLine(look, 2, [{ text: `${id} opened: `, tone: 'bad' }, { text: title }])),
    ...tick.runs.flatMap((run) => [
      ...line(2, { text: `runbook ${run.runbook}${run.agent === null ? '' : ` on ${run.agent}`}: ` }, ...runWords(run)),
      ...(run.next === null ? [] : [renderLine(look, 4, [{ text: run.next, tone: 'strong' }])]),
    ]),
    ...tick.ended.flatMap(({ mitigation, result, evidence }) =>
      line(2, { text: `${mitigation.id}: ` }, { text: result, tone: result === 'reverted' ? 'good' : 'warn' }, { text: ` ${evidence}` }),
    ),
    ...tick.problems.flatMap(({ duty, message, hint, isFailure }) => [
      ...line(2, { text: `${duty}: `, tone: isFailure ? 'bad' : 'warn' }, { text: message }),
      ...(hint === null ? [] : line(4, { text: hint, tone: 'dim' })),
    ]),
  ]
    .map((each) => `${each}\n`)
    .join('');
};

const tones: Readonly<Record<CalledRun['status'], Tone>> = {
  held: 'warn',
  running: 'plain',
  waiting: 'warn',
  paused: 'bad',
  done: 'good',
  failed: 'bad',
  undone: 'bad',
  aborted: 'warn',
};

const runWords = ({ status, why }: CalledRun): readonly Cell[] => [
  { text: status, tone: tones[status] },
  { text: why === '' ? '' : `, ${why}` },
];

/** One line for a log, or for a line of a terminal that is written over: `12:04 3 checks, … `. */
export const renderTickLine = (tick: Tick, zone: string): string => `${clockTime(tick.at, zone)}  ${summaryOf(tick)}`;

const renderJson = ({ fleet, tick }: TickAnswer): string =>
  jsonDocument(fleet, tick.at, {
    busy: tick.isBusy,
    took_ms: Math.round(tick.tookMs),
    ran: {
      checks: tick.ran.checks,
      synced_spans: tick.ran.syncedSpans,
      rules: tick.ran.rules,
      notifications: tick.ran.notifications,
      mitigations_expired: tick.ran.mitigationsExpired,
    },
    duties: tick.duties.map(({ duty, tookMs }) => ({ duty, took_ms: Math.round(tookMs) })),
    firing: tick.firing
      .filter(({ instance }) => isFiring(instance))
      .map(({ rule, agent, label, severity, category, instance, judgement }) => ({
        ...{ rule, agent, label, severity, category },
        since: isoTime(instance.firedAt ?? instance.since),
        reason: judgement.reason,
      })),
    incidents: tick.incidents.map(({ id, agent, title }) => ({ incident: id, agent, title })),
    runs: tick.runs.map(({ run, why, ...rest }) => ({ ...rest, run_id: run, why: why === '' ? null : why })),
    ended: tick.ended.map(({ mitigation, result, evidence }) => ({ mitigation: mitigation.id, agent: mitigation.agent, result, evidence })),
    problems: tick.problems.map(({ duty, message, hint, isFailure }) => ({ duty, message, hint, failure: isFailure })),
  });

/** Every format of `agentops tick` and `agentops watch`. */
export const tickFormats = (answer: TickAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => renderJson(answer),
});

/** What a watching terminal shows between two ticks. */
export const renderWaiting = (last: Tick | null, nextAt: number, zone: string): string =>
  `${last === null ? missing : renderTickLine(last, zone)}  next at ${clockTime(nextAt, zone)}`;
