import { matchesGlob } from '../../fleet/glob.ts';
import type { Json } from '../../ground/json.ts';
import { runCommand } from './next-command.ts';
import { mustBeGiven } from './param-default.ts';
import type { Runbook, Trigger } from './runbook.ts';

/** An alert that began to fire. Its names come from the manifest, its texts from anywhere. */
export interface FiredAlert {
  readonly rule: string;
  readonly agent: string | null;
  /** The stage or measure of the rule, as `80%` of a budget; absent or empty: it has one only. */
  readonly label?: string;
  /** Parameters that follow from the manifest where the agent is known, by their names; those that a runbook does not have are passed over. */
  readonly params?: Readonly<Record<string, string>>;
}

/** A runbook that an alert calls for. */
export interface Call {
  readonly runbook: Runbook;
  readonly mode: Trigger['mode'];
  /** Its parameters, as far as the alert says them: the agent, and what the manifest says of it. */
  readonly params: Readonly<Record<string, Json>>;
  /** Parameters that a person has to add; with any, nothing starts by itself. */
  readonly missing: readonly string[];
  /** The next thing to type. */
  readonly command: string;
}

const strength: readonly Trigger['mode'][] = ['suggest', 'approve', 'auto'];

/**
 * The runbooks that an alert calls for, the most resolute first. Of an alert nothing but the names of its rule and its agent is used and
 * what the manifest says of that, and only where the agent is one of the fleet.
 */
export const callsFor = (runbooks: readonly Runbook[], alert: FiredAlert, agents: readonly string[]): readonly Call[] => {
  const agent = alert.agent !== null && agents.includes(alert.agent) ? alert.agent : null;
  const calls = runbooks.flatMap((runbook): readonly Call[] => {
    const modes = runbook.triggers.filter((trigger) => meets(trigger, alert)).map(({ mode }) => mode);
    const wanted = strength.findLast((mode) => modes.includes(mode));
    if (wanted === undefined) return [];
    const params = paramsFor(runbook, agent, agent === null ? {} : (alert.params ?? {}));
    const missing = runbook.params.filter((param) => (params[param.name] ?? null) === null && mustBeGiven(param)).map(({ name }) => name);
    const mode = missing.length > 0 ? 'suggest' : wanted;
    return [{ runbook, mode, params, missing, command: runCommand(runbook, params) }];
  });
  return calls.sort((a, b) => strength.indexOf(b.mode) - strength.indexOf(a.mode) || (a.runbook.name < b.runbook.name ? -1 : 1));
};

/** A trigger that names a rule is met by every stage of it, one that names `RULE/STAGE` by that one alone. */
const meets = ({ alert: glob }: Trigger, { rule, label = '' }: FiredAlert): boolean =>
  matchesGlob(glob, rule) || (label !== '' && matchesGlob(glob, `${rule}/${label}`));

const paramsFor = ({ params }: Runbook, agent: string | null, given: Readonly<Record<string, string>>): Readonly<Record<string, Json>> => {
  const agentParams = params.filter(({ type }) => type === 'agent');
  const valueFor = ({ name, type, fallback }: Runbook['params'][number]): Json => {
    if (type === 'agent') return agentParams.length === 1 ? (agent ?? fallback) : fallback;
    return type === 'text' && Object.hasOwn(given, name) ? (given[name] ?? fallback) : fallback;
  };
  return Object.fromEntries(params.map((param) => [param.name, valueFor(param)]));
};
