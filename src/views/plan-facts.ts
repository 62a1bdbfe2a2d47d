import type { Json } from '../ground/json.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { PlannedStep } from '../response/runbooks/plan.ts';
import type { Runbook } from '../response/runbooks/runbook.ts';

/** The answer of `agentops runbook plan`, and what a run shows before it asks. */
export interface PlanAnswer {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly runbook: Runbook;
  readonly plan: Plan;
  /** `twins`: nothing real was looked at. */
  readonly source: 'live' | 'twins';
  /** What moved since another plan was drawn, a sentence each; null: it was held against none. */
  readonly stale: readonly string[] | null;
}

type Plan = import('../response/runbooks/plan.ts').Plan;

/** A value of a target as people read it. */
export const writtenValue = (value: Json | undefined): string => {
  if (value === null || value === undefined) return 'not set';
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.length === 0 ? 'none' : value.join(', ');
  return JSON.stringify(value);
};

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
const ms = (value: Json | undefined): string => humanDuration(typeof value === 'number' ? value : 0);

/** What a step without a control does, in a sentence. */
export const doingOf = ({ step, agent, args }: PlannedStep): string => {
  const whom = agent ?? 'the agent';
  const within = `${humanDuration(step.timeoutMs)} at most`;
  switch (step.kind) {
    case 'check':
      return args['check'] === '*'
        ? `ask ${whom}, every check must pass, ${within}`
        : `ask ${whom}: ${text(args['check'])} must pass, ${within}`;
    case 'eval':
      return `run ${text(args['suite'])} against ${whom}, its gate must pass`;
    case 'query':
      return `go on once ${text(args['expression'])}, ${within}`;
    case 'notify': {
      const to = Array.isArray(args['to']) ? args['to'].map(text).join(', ') : 'everybody under notify';
      return `${args['severity'] === 'page' ? 'page' : 'tell'} ${to}: ${text(args['message'])}`;
    }
    case 'approve':
      return `wait until a person approves: ${text(args['message'])}`;
    case 'wait':
      return `wait ${ms(args['ms'])}`;
    case 'manual':
      return `wait until a person has done this: ${text(args['instruction'])}`;
    default:
      return step.kind;
  }
};

/** The word for what is done to a target: `kill`, `rollback prompt`. */
export const actionWords = ({ change, step }: Pick<PlannedStep, 'change' | 'step'>): string => {
  if (step.kind === 'http' || step.kind === 'exec') return step.kind;
  if (change !== null) return change.action.replace('_', ' ');
  return step.kind === 'rollback' ? `rollback ${text(step.args['of'])}` : step.kind.replace('_', ' ');
};

/** How it will be seen that a step did what it is for; null: by nothing beyond its effect. */
export const verifiedBy = ({ step: { verify } }: Pick<PlannedStep, 'step'>): string | null => {
  if (verify === null) return null;
  const what =
    verify.check !== null ? (verify.check === '*' ? 'every check' : `check ${verify.check}`) : (verify.eval ?? verify.expression ?? '');
  return `verified by ${what}${verify.windowMs > 0 ? ` over ${humanDuration(verify.windowMs)}` : ''}`;
};

/** Whether and when an act ends. */
export const endOf = ({ change, step, traits }: PlannedStep): string => {
  if (change === null) return '';
  if (step.ttlMs === null) return change.reversible ? 'stays until a person ends it' : 'cannot be undone';
  const after = `after ${humanDuration(step.ttlMs)}`;
  if (step.onExpiry === 'page') return `${after} a person is paged`;
  if (traits?.expiresNatively === true) return `ends by itself ${after}`;
  return change.reversible ? `undone ${after}` : `cannot be undone; ${after} a person is paged`;
};

/** How long it takes until an act takes effect everywhere. */
export const effectOf = ({ traits }: Pick<PlannedStep, 'traits'>): string =>
  traits === null ? '' : traits.effectMs === 0 ? 'takes effect at once' : `takes effect within ${humanDuration(traits.effectMs)}`;
