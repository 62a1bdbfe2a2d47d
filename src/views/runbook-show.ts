import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell } from '../ground/output/look.ts';
import { renderTable } from '../ground/output/table.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { planCommand } from '../response/runbooks/next-command.ts';
import { mustBeGiven } from '../response/runbooks/param-default.ts';
import { writtenParam } from '../response/runbooks/param-value.ts';
import type { Guardrails, Param, Runbook, Step } from '../response/runbooks/runbook.ts';
import { writtenValue } from './plan-facts.ts';
import { joined, type ViewOptions } from './words.ts';

/** The answer of `agentops runbook show`. */
export interface RunbookShowAnswer {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly runbook: Runbook;
  /** Its text, where that was asked for. */
  readonly source: string | null;
}

const bounds = (given: Guardrails): readonly string[] => [
  ...(given.runsPerHour === null ? [] : [`${given.runsPerHour} runs an hour`]),
  ...(given.maxTargets === null ? [] : [`${given.maxTargets} ${given.maxTargets === 1 ? 'agent' : 'agents'} a run`]),
  ...(given.mitigationsPerAgent === null ? [] : [`${given.mitigationsPerAgent} mitigations an agent`]),
  ...(given.environments === null ? [] : [`only in ${given.environments.join(', ')}`]),
  ...(given.cooldownMs === 0 ? [] : [`${humanDuration(given.cooldownMs)} between runs on an agent`]),
  ...(given.reversibleOnly ? ['nothing that cannot be undone'] : []),
];

const paramRow = (param: Param): readonly Cell[] => [
  { text: param.name, tone: 'strong' },
  { text: param.type === 'choice' ? param.choices.join('|') : param.type },
  mustBeGiven(param) ? { text: 'needed', tone: 'warn' } : { text: writtenDefault(param) },
  { text: param.description },
];

const writtenDefault = ({ type, fallback }: Param): string =>
  fallback === null ? 'none' : fallback === '' ? '""' : writtenParam(type, fallback);

const argsOf = ({ args }: Step): string =>
  Object.entries(args)
    .map(([key, value]) => `${key} ${writtenValue(value)}`)
    .join(', ');

const stepFacts = (step: Step): readonly string[] => [
  ...(step.when === null ? [] : [`when ${step.when}`]),
  ...(step.ttlMs !== null ? [`for ${humanDuration(step.ttlMs)}`] : step.ttlParam !== null ? [`for params.${step.ttlParam}`] : []),
  ...(step.verify === null ? [] : [`verified by ${step.verify.check ?? step.verify.eval ?? step.verify.expression ?? ''}`]),
  ...(step.onFail === 'undo' ? [] : [`on failure ${step.onFail}`]),
  ...(step.undo === 'keep' ? ['kept though a later step fails'] : []),
  ...(step.approval === 'none' ? [] : [`${step.approval === 'two' ? 'two people approve' : 'one person approves'}`]),
];

const renderText = ({ runbook, source }: RunbookShowAnswer, { look }: ViewOptions): string => {
  if (source !== null) return source;
  const heading = (text: string) => ['', renderLine(look, 0, [{ text, tone: 'dim' }])];
  const table = renderTable(
    look,
    [{ title: 'PARAMETER' }, { title: 'TYPE' }, { title: 'DEFAULT' }, { title: 'WHAT FOR', flexible: true, minWidth: 20 }],
    runbook.params.map(paramRow),
  );
  const steps = (list: readonly Step[], from: number) =>
    list.flatMap((step, at) => [
      ...renderParagraph(look, { indent: 1, hang: 4, maxLines: 6 }, [
        { text: `${from + at}  `, tone: 'dim' },
        { text: step.kind.replace('_', ' '), tone: 'strong' },
        { text: argsOf(step) === '' ? '' : `  ${argsOf(step)}` },
      ]),
      ...renderParagraph(look, { indent: 4, hang: 2, maxLines: 6 }, [{ text: joined(look, [step.id, ...stepFacts(step)]), tone: 'dim' }]),
    ]);
  const facts = [`class ${runbook.class}`, `version ${runbook.version}`, ...(runbook.owner === null ? [] : [`owner ${runbook.owner}`])];
  const limits = bounds(runbook.guardrails);
  return [
    renderLine(look, 0, [
      { text: runbook.name, tone: 'strong' },
      { text: joined(look, ['', ...facts]), tone: 'dim' },
    ]),
    ...(runbook.description === '' ? [] : renderParagraph(look, { indent: 0, hang: 0, maxLines: 8 }, [{ text: runbook.description }])),
    ...(runbook.params.length === 0 ? [] : ['', table.head, ...table.rows]),
    ...(runbook.triggers.length === 0
      ? []
      : [
          ...heading('alerts that call for it'),
          ...runbook.triggers.map(({ alert, mode }) => renderLine(look, 1, [{ text: `${alert}  ${mode}` }])),
        ]),
    ...(limits.length === 0 ? [] : [...heading('bounds'), ...limits.map((text) => renderLine(look, 1, [{ text }]))]),
    ...(runbook.require.length === 0 ? [] : [...heading('requires'), ...runbook.require.map((text) => renderLine(look, 1, [{ text }]))]),
    ...heading('steps'),
    ...steps(runbook.steps, 1),
    ...(runbook.finally.length === 0
      ? []
      : [...heading('in the end, whatever happened'), ...steps(runbook.finally, runbook.steps.length + 1)]),
    '',
    renderLine({ ...look, width: null }, 0, [{ text: exampleOf(runbook), tone: 'dim' }]),
    '',
  ].join('\n');
};

const exampleOf = (runbook: Runbook): string =>
  planCommand(
    runbook,
    Object.fromEntries(runbook.params.map((param) => [param.name, mustBeGiven(param) ? param.name.toUpperCase() : param.fallback])),
  );

/** Every format of `agentops runbook show`. */
export const runbookShowFormats = (answer: RunbookShowAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => {
    const { runbook } = answer;
    return jsonDocument(answer.fleet, answer.generatedAt, {
      runbook: runbook.name,
      version: runbook.version,
      class: runbook.class,
      owner: runbook.owner,
      description: runbook.description,
      file: runbook.path,
      hash: runbook.hash,
      params: runbook.params.map(({ name, type, description, fallback, unless, optional, choices }) => ({
        name,
        type,
        description,
        default: fallback === null || type === 'number' || type === 'flag' ? fallback : writtenParam(type, fallback),
        unless,
        optional,
        choices,
      })),
      triggers: runbook.triggers.map(({ alert, mode }) => ({ alert, mode })),
      steps: [...runbook.steps, ...runbook.finally].map((step) => ({
        step: step.id,
        kind: step.kind,
        args: step.args,
        target: step.target,
        when: step.when,
        ttl_s: step.ttlMs === null ? null : step.ttlMs / 1000,
        on_fail: step.onFail,
        on_expiry: step.onExpiry,
        undo: step.undo,
        approval: step.approval,
      })),
    });
  },
});
