import type { LintFinding } from './lint.ts';
import type { Runbook, Step, StepKind } from './runbook.ts';
import { holesIn } from './template.ts';

/** Steps that keep harm from going on. */
const containing: readonly StepKind[] = ['disable', 'kill', 'throttle', 'queue', 'failover'];
/** Steps that make somebody, or something, wait. */
const waiting: readonly StepKind[] = ['approve', 'manual', 'wait'];

const isContaining = ({ kind, args }: Step): boolean => containing.includes(kind) || (kind === 'scale' && args['replicas'] === 0);

/** What a class of runbooks owes its name, and what bounds a runbook needs that starts by itself. */
export const classFindings = (runbook: Runbook): readonly LintFinding[] => [
  ...(runbook.class === 'safety' ? safetyFindings(runbook) : []),
  ...lateContainment(runbook),
  ...triggerFindings(runbook),
  ...unusedParams(runbook),
];

const safetyFindings = (runbook: Runbook): readonly LintFinding[] => {
  const { steps } = runbook;
  const error = (rule: string, { at }: Pick<Step, 'at'>, message: string, hint: string): LintFinding => ({
    rule,
    severity: 'error',
    at,
    message,
    hint,
  });
  const first = steps.findIndex(isContaining);
  if (first < 0)
    return [error('safety-without-containment', runbook, 'is of class safety and contains nothing', 'begin with disable or kill')];
  const early = steps.slice(0, first);
  return [
    ...early
      .filter(({ kind }) => !waiting.includes(kind))
      .slice(0, 1)
      .map((step) =>
        error('safety-contains-first', step, `${step.id} comes before the harm is contained`, `move it behind ${steps[first]?.id}`),
      ),
    ...[
      ...early.filter(({ kind }) => waiting.includes(kind)),
      // The whole plan is approved before its first act, whichever step asks for that.
      ...[...steps, ...runbook.finally].filter(({ kind, approval }) => kind !== 'approve' && approval !== 'none'),
    ].map((step) => error('safety-waits', step, `${step.id} makes the containment wait`, 'ask, or wait, behind the step that contains')),
    ...steps.flatMap((step) =>
      revertsBySelf(step).map((message) => error('safety-reverts', step, message, 'leave it to a person: on_expiry: page, undo: keep')),
    ),
    ...(runbook.triggers.some(({ mode }) => mode === 'approve')
      ? [
          error(
            'safety-waits',
            runbook,
            'is approved before it contains, where an alert calls for it',
            'mode: auto, with guardrails; or suggest',
          ),
        ]
      : []),
  ];
};

/** How a step of class safety would be taken back by nobody's word. */
const revertsBySelf = (step: Step): readonly string[] => {
  if (step.kind === 'enable') return [`${step.id} lets the agent go on, and nobody has said so`];
  if (!isContaining(step)) return [];
  return [
    ...((step.ttlMs !== null || step.ttlParam !== null) && step.onExpiry === 'revert'
      ? [`${step.id} reverts by itself when its time is over`]
      : []),
    ...(step.onFail === 'undo' ? [`a failure of ${step.id} takes the containment back`] : []),
    ...(step.undo === 'restore' ? [`${step.id} is taken back where a later step fails`] : []),
  ];
};

/** While somebody waits, a loop burns money. */
const lateContainment = ({ class: ofRunbook, steps }: Runbook): readonly LintFinding[] => {
  if (ofRunbook !== 'loop' && ofRunbook !== 'cost') return [];
  const first = steps.findIndex(isContaining);
  return steps
    .slice(0, Math.max(0, first))
    .filter(({ kind }) => waiting.includes(kind))
    .map(({ at, id }) => ({
      rule: 'contains-late',
      severity: 'warning',
      at,
      message: `${id} waits while it goes on`,
      hint: `move it behind ${steps[first]?.id ?? 'the step that contains'}`,
    }));
};

const triggerFindings = ({ class: ofRunbook, triggers, guardrails, steps, at }: Runbook): readonly LintFinding[] => {
  if (!triggers.some(({ mode }) => mode === 'auto')) return [];
  const missing = [
    ...(guardrails.runsPerHour === null ? ['runs_per_hour'] : []),
    ...(guardrails.maxTargets === null ? ['targets'] : []),
    ...(guardrails.cooldownMs === 0 ? ['cooldown'] : []),
  ];
  // Once it is contained, a person has to look: that is what class safety is about.
  const stops = ofRunbook === 'safety' ? undefined : steps.find(waitsForPerson);
  return [
    ...missing.map(
      (name): LintFinding => ({
        rule: 'auto-without-bounds',
        severity: 'error',
        at,
        message: `starts by itself, and guardrails.${name} bounds it in nothing`,
        hint: `add ${name} to guardrails`,
      }),
    ),
    ...(stops === undefined
      ? []
      : [
          {
            rule: 'auto-waits',
            severity: 'warning' as const,
            at: stops.at,
            message: `starts by itself, and ${stops.id} waits for a person`,
            hint: 'let its trigger have mode: approve',
          },
        ]),
  ];
};

const waitsForPerson = ({ kind, approval }: Step): boolean => approval !== 'none' || kind === 'approve' || kind === 'manual';

const unusedParams = (runbook: Runbook): readonly LintFinding[] => {
  const all = [...runbook.steps, ...runbook.finally];
  const texts = [
    ...runbook.require,
    ...all.flatMap(({ when, verify, args, uses }) => [
      when ?? '',
      verify?.expression ?? '',
      JSON.stringify(args),
      ...uses.flatMap((use) => [use.when ?? '', JSON.stringify(use.with)]),
    ]),
  ];
  const named = new Set([
    ...holesIn([runbook.lock, ...all.flatMap(({ target, args, uses }) => [target, { ...args }, ...uses.map((use) => ({ ...use.with }))])]),
    ...all.flatMap(({ ttlParam }) => ttlParam ?? []),
  ]);
  return runbook.params
    .filter(({ name }) => !named.has(name) && !texts.some((text) => new RegExp(`\\bparams\\.${name}\\b`).test(text)))
    .map(({ name }) => ({
      rule: 'unused-param',
      severity: 'warning',
      at: runbook.at,
      message: `takes a parameter ${name}, and no step uses it`,
      hint: 'take it out of params',
    }));
};
