import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import type { RunNews, StepResult } from '../response/runbooks/run.ts';
import { pauseLine, quietLine, stepLine } from './runbook-run.ts';

/** A run as it is shown while it goes on. */
export interface ShownRun {
  readonly id: string;
  readonly steps: readonly { readonly step: StepResult; readonly doing: string }[];
  /** The step that waits, how long and why; null: none does. */
  readonly pause: Extract<RunNews, { kind: 'pause' }> | null;
  /** The agents that are to fall silent, the newest word of each. */
  readonly quiet: readonly Extract<RunNews, { kind: 'quiet' }>[];
  /** Below everything else; empty: nothing. */
  readonly note: string;
}

/** What is shown after a piece of news. */
export const runShown = (before: ShownRun | null, news: RunNews): ShownRun | null => {
  if (news.kind === 'started')
    return { id: news.run.id, steps: news.steps.map((step) => ({ step, doing: '' })), pause: null, quiet: [], note: '' };
  if (before === null) return null;
  if (news.kind === 'pause') return { ...before, pause: news };
  if (news.kind === 'quiet') return { ...before, pause: null, quiet: [...before.quiet.filter(({ agent }) => agent !== news.agent), news] };
  const { step, doing } = news;
  return { ...before, pause: null, steps: before.steps.map((each) => (each.step.id === step.id ? { step, doing } : each)) };
};

/** The run, its steps in order and what it waits for: a line each. */
export const renderRunProgress = (look: Look, { id, steps, pause, quiet, note }: ShownRun): string =>
  [
    renderLine(look, 0, [{ text: `run ${id}`, tone: 'dim' }]),
    ...steps.map(({ step, doing }) =>
      pause !== null && pause.step === step.id ? pauseLine(look, pause.step, pause.ms, pause.why) : stepLine(look, step, doing),
    ),
    ...quiet.map(({ agent, ms, why }) => quietLine(look, agent, ms, why)),
    ...(note === '' ? [] : [renderLine(look, 0, [{ text: note, tone: 'warn' }])]),
  ].join('\n');
