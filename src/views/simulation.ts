import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { Cell, Tone } from '../ground/output/look.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { StepStatus } from '../response/runbooks/run.ts';
import type { JudgedPath, Simulation } from '../response/runbooks/simulate-run.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops runbook simulate`. */
export interface SimulationAnswer extends Simulation {
  readonly fleet: string;
  readonly generatedAt: number;
}

const toneOf = (status: StepStatus): Tone => {
  if (status === 'done' || status === 'verified') return 'good';
  if (status === 'failed') return 'bad';
  return status === 'in_doubt' || status === 'undone' ? 'warn' : 'dim';
};

const isGood = ({ problems }: JudgedPath): boolean => problems.length === 0;

const pathFacts = ({ end, declared, problems }: JudgedPath) => ({
  crash_at: end.path.crashAt,
  failing: end.path.failing,
  status: end.status,
  why: end.why,
  declared,
  as_declared: problems.length === 0,
  problems,
  acts: end.acts.map(({ target, doing, action, now }) => ({ target, doing, action, now })),
  time_to_contain_s: end.containMs === null ? null : end.containMs / 1000,
  took_s: end.tookMs / 1000,
  steps: end.steps.map(({ id, action, agent, target, status, evidence }) => ({ step: id, action, agent, target, status, evidence })),
});

const failingWords = ({ end }: JudgedPath): string =>
  Object.entries(end.path.failing)
    .map(([step, fault]) => `${step}=${fault}`)
    .join(' ');

const stepLines = ({ end }: JudgedPath, { look }: ViewOptions): readonly string[] => {
  const columns = [
    { title: 'Step' },
    { title: 'Action' },
    { title: 'Target', flexible: true },
    { title: 'Status' },
    { title: 'Seen', flexible: true },
  ];
  const { head, rows } = renderTable(
    look,
    columns,
    end.steps.map(({ id, action, agent, target, status, evidence }) => [
      { text: id },
      { text: action },
      { text: target ?? agent ?? '' },
      { text: status, tone: toneOf(status) },
      { text: evidence ?? '', tone: 'dim' },
    ]),
  );
  return [head, ...rows];
};

const offLines = (off: readonly JudgedPath[], { look }: ViewOptions): readonly string[] => {
  const columns = [
    { title: 'Dies at' },
    { title: 'Goes wrong' },
    { title: 'Ends' },
    { title: 'Declared' },
    { title: 'What is wrong', flexible: true },
  ];
  const { head, rows } = renderTable(
    look,
    columns,
    off.flatMap((path) =>
      path.problems.map((problem, at): readonly Cell[] => [
        { text: at === 0 ? (path.end.path.crashAt ?? '') : '' },
        { text: at === 0 ? failingWords(path) : '' },
        { text: at === 0 ? (path.end.status ?? 'broke') : '', tone: 'bad' },
        { text: at === 0 ? path.declared.join(', ') : '' },
        { text: problem },
      ]),
    ),
  );
  return [head, ...rows];
};

const counted = (paths: readonly JudgedPath[]): string => {
  const counts = new Map<string, number>();
  for (const { end } of paths) counts.set(end.status ?? 'broke', (counts.get(end.status ?? 'broke') ?? 0) + 1);
  return listOf([...counts].map(([status, count]) => `${count} ${status}`));
};

const renderText = ({ runbook, agents, paths }: SimulationAnswer, options: ViewOptions): string => {
  const { look } = options;
  const off = paths.filter((path) => !isGood(path));
  const sign = off.length === 0 ? stateSigns.green : stateSigns.red;
  const title: Cell[] = [
    { text: `${symbolOf(look, sign)} `, tone: sign.tone },
    { text: runbook, tone: 'strong' },
  ];
  if (agents.length > 0) title.push({ text: ` on ${listOf(agents)}` });
  const verdict = off.length === 0 ? 'all as declared' : `${off.length} not as declared`;
  title.push({ text: `, in memory: ${plural(paths.length, 'path')} (${counted(paths)}), ${verdict}` });
  const [only] = paths;
  const single = paths.length === 1 && only !== undefined ? only : null;
  const took =
    single === null
      ? []
      : [
          renderLine(look, 2, [
            { text: `${single.end.status ?? 'broke'} after ${humanDuration(single.end.tookMs)} of virtual time`, tone: 'dim' },
          ]),
        ];
  const lines = [
    renderLine(look, 0, title),
    ...took,
    ...(single === null ? [] : ['', ...stepLines(single, options)]),
    ...(off.length === 0 ? [] : ['', ...offLines(off, options)]),
  ];
  return `${lines.join('\n')}\n`;
};

/** Every format of `agentops runbook simulate`. */
export const simulationFormats = (answer: SimulationAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      runbook: answer.runbook,
      params: answer.params,
      agents: answer.agents,
      seed: answer.seed,
      as_declared: answer.paths.every(isGood),
      paths: answer.paths.map(pathFacts),
    }),
});
