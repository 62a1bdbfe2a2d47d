import type { Action, Desired } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Json } from '../../ground/json.ts';
import type { Step, StepKind } from './runbook.ts';
import { holesIn } from './template.ts';

type Args = Readonly<Record<string, Json>>;

/** Kinds of steps that a control of the manifest enforces. */
export const controlKinds: readonly StepKind[] = [
  'throttle',
  'disable',
  'enable',
  'kill',
  'rollback',
  'route_model',
  'failover',
  'scale',
  'queue',
  'sampling',
];

/** Kinds of steps that make no sense without an agent. */
export const agentKinds: readonly StepKind[] = [...controlKinds, 'check', 'eval', 'query'];

const targets = { prompt: 'rollback_prompt', model: 'rollback_model', deploy: 'rollback_deploy' } as const;
const versionWords = { prompt: 'version', model: 'model', deploy: 'revision' } as const;

type RollbackTarget = keyof typeof targets;

const rollbackTarget = (args: Args): RollbackTarget => {
  const of = args['of'];
  return of === 'model' || of === 'deploy' ? of : 'prompt';
};

/** The action that a step asks for; null: it asks for none. */
export const actionOf = ({ kind, args }: Pick<Step, 'kind' | 'args'>): Action | null => {
  if (kind === 'http' || kind === 'exec') return 'call';
  if (kind === 'rollback') return targets[rollbackTarget(args)];
  return controlKinds.includes(kind) ? (kind as Action) : null;
};

/** What a step wants, in the words of its action. @param args with parameters filled in */
export const wishOf = (step: Pick<Step, 'kind' | 'args' | 'ttlMs' | 'onExpiry'>, args: Args, params: Args): Desired | null => {
  const action = actionOf(step);
  if (action === null) return null;
  // What is to page a person when its time is over must still be in force then.
  const ttlMs = step.onExpiry === 'revert' ? step.ttlMs : null;
  if (action === 'call') {
    const named = holesIn(step.args as Json);
    return { action, params: Object.fromEntries(named.map((name) => [name, params[name] ?? null])), ttlMs };
  }
  if (step.kind !== 'rollback') return { action, params: args, ttlMs };
  const { to } = args;
  return { action, params: to === undefined || to === null || to === '' ? {} : { [versionWords[rollbackTarget(args)]]: to }, ttlMs };
};

/** The control that a step brings itself: the driver of its kind, with its own words as the settings. Parameters stay open in them. */
export const ownControl = ({ kind, args, at }: Pick<Step, 'kind' | 'args' | 'at'>): Slot => ({ kind, config: { via: kind, ...args }, at });

/** Where the manifest would bind a control: `controls.rollback.prompt`. */
export const controlPath = (action: Action): string =>
  `controls.${action === 'enable' ? 'disable' : action.replace('rollback_', 'rollback.')}`;
