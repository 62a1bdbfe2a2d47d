import { canonicalJson, type Json } from '../ground/json.ts';
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
  /** Carries out just this plan, whole. */
  readonly confirmCommand: string;
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
const verifiedBy = ({ step: { verify } }: Pick<PlannedStep, 'step'>): string | null => {
  if (verify === null) return null;
  const what =
    verify.check !== null ? (verify.check === '*' ? 'every check' : `check ${verify.check}`) : (verify.eval ?? verify.expression ?? '');
  return `verified by ${what}${verify.windowMs > 0 ? ` over ${humanDuration(verify.windowMs)}` : ''}`;
};

/** The fields that an act moves; drivers also carry some that stay as they are. */
export const movedFields = (change: PlannedStep['change']): readonly string[] =>
  Object.keys({ ...change?.from, ...change?.to }).filter(
    (field) => canonicalJson(change?.from[field] ?? null) !== canonicalJson(change?.to[field] ?? null),
  );

/** `5 s`, `1 m`: how long something is said to take, which nobody has measured. */
const span = (ms: number): string => (ms < 60_000 && ms % 1000 === 0 ? `${ms / 1000} s` : humanDuration(ms));

/** How an act ends, when it takes effect, and how it is seen that it helped. */
export const outcomeOf = (planned: PlannedStep): readonly string[] => {
  const { change, step, traits } = planned;
  const end = change?.reversible === true ? [endOf(planned), ...(step.undo === 'keep' ? ['kept though a later step fails'] : [])] : [];
  const effect = traits === null ? [] : [traits.effectMs === 0 ? 'takes effect at once' : `takes effect within ${span(traits.effectMs)}`];
  const verified = verifiedBy(planned);
  return [...end, ...effect, ...(verified === null ? [] : [verified])];
};

const endOf = ({ step: { ttlMs, onExpiry, isNormal }, traits }: PlannedStep): string => {
  if (isNormal) return 'stays';
  if (ttlMs === null) return 'stays until a person ends it';
  const after = `after ${span(ttlMs)}`;
  if (onExpiry === 'page') return `${after} a person is paged`;
  return traits?.expiresNatively === true ? `ends by itself ${after}` : `undone ${after}`;
};
