import type { Mitigation } from '../controls/actions/mitigation.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look, Tone } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { RunResult, RunStatus, StepResult, StepStatus } from '../response/runbooks/run.ts';
import { mitigationFacts } from './mitigation-facts.ts';
import { joined, type Sign, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of every command that carries out a run, or a part of one. */
export interface RunAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly result: RunResult;
  /** What the run has put in force, ended or not. */
  readonly mitigations: readonly Mitigation[];
}

const idle: Sign = { symbol: '○', ascii: 'o', tone: 'dim' };

/** How a step stands, at a glance. */
export const stepSigns: Readonly<Record<StepStatus, Sign>> = {
  pending: idle,
  intent: { symbol: '…', ascii: '.', tone: 'plain' },
  done: stateSigns.green,
  verified: stateSigns.green,
  failed: stateSigns.red,
  undone: { symbol: '↩', ascii: '<', tone: 'warn' },
  skipped: idle,
  in_doubt: stateSigns.unknown,
};

/** The word for how a run stands, and how it looks. */
export const runTones: Readonly<Record<RunStatus, Tone>> = {
  running: 'plain',
  waiting: 'warn',
  paused: 'warn',
  done: 'good',
  failed: 'bad',
  undone: 'warn',
  aborted: 'warn',
};

/** What a step was, and how it stands: one line. */
export const stepLine = (look: Look, { id, action, target, agent, status, evidence }: StepResult, doing: string): string => {
  const sign = stepSigns[status];
  // A step that is called as what it does says so once.
  const what = [action === id ? null : action.replace('_', ' '), target ?? agent].filter((word) => word !== null).join(' ');
  return renderLine(look, 0, [
    { text: `${symbolOf(look, sign)} `, tone: sign.tone },
    { text: id, tone: 'strong' },
    { text: `  ${what}  ` },
    { text: doing === '' ? status.replace('_', ' ') : doing, tone: sign.tone },
    ...(evidence === null || evidence === '' || doing !== '' ? [] : [{ text: `  ${evidence}`, tone: 'dim' as const }]),
  ]);
};

/** Why a step does not go on just now: one line. */
export const pauseLine = (look: Look, step: string, ms: number, why: string): string =>
  renderLine(look, 0, [
    { text: `${symbolOf(look, stepSigns.intent)} ` },
    { text: step, tone: 'strong' },
    { text: `  waiting ${humanDuration(ms)}`, tone: 'dim' },
    { text: why === '' ? '' : `  ${why}`, tone: 'dim' },
  ]);

/** How it stands with an agent that is to fall silent: one line. */
export const quietLine = (look: Look, agent: string, ms: number, why: string): string =>
  renderLine(look, 0, [
    { text: `${symbolOf(look, stepSigns.intent)} ` },
    { text: agent, tone: 'strong' },
    { text: ms > 0 ? `  waiting for silence, ${humanDuration(ms)} at most` : '  time to quiet is not measured', tone: 'dim' },
    { text: `  ${why}`, tone: 'dim' },
  ]);

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const stepFacts = ({ id, kind, agent, action, target, status, startedAt, endedAt, evidence, verdict }: StepResult) => ({
  step: id,
  kind,
  agent,
  action,
  target,
  status,
  started: isoTime(startedAt),
  ended: isoTime(endedAt),
  verdict,
  evidence,
});

/** A run as every document has it. */
export const runFacts = ({ result, mitigations }: Pick<RunAnswer, 'result' | 'mitigations'>) => ({
  run_id: result.run.id,
  status: result.status,
  why: result.why === '' ? null : result.why,
  runbook: result.run.runbook,
  class: result.run.class,
  agents: result.run.agents,
  plan_hash: result.run.plan.hash,
  actor: result.run.actor,
  incident: result.run.incident,
  started_at: isoTime(result.run.startedAt),
  ended_at: isoTime(result.endedAt),
  steps: result.steps.map(stepFacts),
  mitigations: mitigations.map(mitigationFacts),
  time_to_contain_s: seconds(result.containMs),
  time_to_quiet_s: seconds(result.quietMs),
  resume_command: result.resumeCommand,
});

const endings: Readonly<Record<RunStatus, string>> = {
  running: 'goes on in another process',
  waiting: 'waits for a person',
  paused: 'stopped: a person is needed',
  done: 'is done',
  failed: 'failed',
  undone: 'was taken back',
  aborted: 'was ended early',
};

const renderText = ({ result, mitigations }: RunAnswer, { look, zone }: ViewOptions): string => {
  const { run, status, why, steps, containMs, quietMs, resumeCommand } = result;
  const measured = [
    ...(containMs === null ? [] : [`contained after ${humanDuration(containMs)}`]),
    ...(quietMs === null ? [] : [`quiet after ${humanDuration(quietMs)}`]),
  ];
  const inForce = mitigations.filter((each) => each.status !== 'reverted');
  return [
    ...steps.map((step) => stepLine(look, step, '')),
    ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 9 }, [
      { text: run.id, tone: 'strong' },
      { text: ` ${endings[status]}`, tone: runTones[status] },
      { text: why === '' ? '' : `: ${why}` },
    ]),
    ...(measured.length === 0 ? [] : [joined(look, measured)]),
    ...inForce.map(({ id, expiresAt }) =>
      renderLine(look, 0, [
        { text: `in force ${expiresAt === null ? 'until a person ends it' : `until ${localTime(expiresAt, zone)}`}  ` },
        { text: id, tone: 'dim' },
      ]),
    ),
    ...(resumeCommand === null
      ? []
      : [renderLine({ ...look, width: null }, 0, [{ text: 'go on: ' }, { text: resumeCommand, tone: 'strong' }])]),
    '',
  ].join('\n');
};

/** Every format of `agentops runbook run`, and of what else goes on with a run. */
export const runFormats = (answer: RunAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => jsonDocument(answer.fleet, answer.generatedAt, runFacts(answer)),
});
