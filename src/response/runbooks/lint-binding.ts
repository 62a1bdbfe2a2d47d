import type { Action, Capabilities } from '../../controls/actions/port.ts';
import { suggestion } from '../../fleet/problem-words.ts';
import type { At } from '../../fleet/slots.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { conditionsOf } from './conditions.ts';
import type { LintFinding } from './lint.ts';
import type { Runbook, Step } from './runbook.ts';
import { holdsHole } from './template.ts';
import { actionOf, controlPath } from './wish.ts';

/** A control that the manifest binds to an action of an agent. */
export interface Binding {
  readonly kind: string;
  readonly at: At;
  /** Null: its driver was not opened. */
  readonly traits: Capabilities | null;
}

/** What of the manifest a runbook relies on. */
export interface Bindings {
  readonly agents: readonly {
    readonly name: string;
    readonly checks: readonly string[];
    /** In the order in which they act; actions without a control are not there. */
    readonly controls: ReadonlyMap<Action, readonly Binding[]>;
  }[];
  readonly connections: readonly string[];
  readonly channels: readonly string[];
}

/** What does not fit between a runbook and the manifest at hand. */
export const bindingFindings = (runbook: Runbook, bindings: Bindings): readonly LintFinding[] => {
  const steps = [...runbook.steps, ...runbook.finally];
  return [
    ...steps.flatMap((step) => [...unbound(step, bindings), ...unnamed(step, bindings)]),
    ...(steps.some(({ kind }) => kind === 'kill') ? bindings.agents.flatMap(halfKills) : []),
  ];
};

type Agent = Bindings['agents'][number];

/** The agents that a step may act on: one that it names, or any. */
const mayActOn = ({ target }: Step, { agents }: Bindings): readonly Agent[] =>
  target === null || holdsHole(target) ? agents : agents.filter(({ name }) => name === target);

const unbound = (step: Step, bindings: Bindings): readonly LintFinding[] => {
  const action = actionOf(step);
  if (action === null || action === 'call') return [];
  const isAsked = conditionsOf(step, {}).some(({ expression }) => new RegExp(`\\bcontrols\\.${action}\\b`).test(expression));
  const agents = mayActOn(step, bindings);
  const without = agents.filter(({ controls }) => !controls.has(action)).map(({ name }) => name);
  if (isAsked || without.length === 0) return [];
  const path = controlPath(action);
  const isError = without.length === agents.length;
  const [only] = without;
  const whom = without.length > 1 && isError ? 'no agent has' : without.length === 1 ? `${only} has no` : `${listOf(without)} have no`;
  return [
    {
      rule: 'control-unbound',
      severity: isError ? 'error' : 'warning',
      at: step.at,
      message: `${step.id} needs ${path}, and ${whom}${whom.endsWith('no') ? ' such control' : ' it bound'}`,
      hint: `bind agents.${only ?? 'NAME'}.${path}, or leave it out there with when: has(controls.${action})`,
    },
  ];
};

const unnamed = (step: Step, bindings: Bindings): readonly LintFinding[] => {
  const unknown = (rule: string, what: string, name: string, names: readonly string[]): readonly LintFinding[] =>
    names.includes(name) || holdsHole(name)
      ? []
      : [
          {
            rule,
            severity: 'error',
            at: step.at,
            message: `${step.id} names ${what} ${JSON.stringify(name)}, which the manifest does not have`,
            hint: suggestion(name, names),
          },
        ];
  const checks = mayActOn(step, bindings).flatMap((agent) => agent.checks);
  const checked = step.kind === 'check' ? String(step.args['check']) : (step.verify?.check ?? '*');
  const told = Array.isArray(step.args['to']) && step.kind === 'notify' ? step.args['to'].map(String) : [];
  return [
    ...(step.target === null
      ? []
      : unknown(
          'agent-unknown',
          'agent',
          step.target,
          bindings.agents.map(({ name }) => name),
        )),
    ...(checked === '*' ? [] : unknown('check-unknown', 'check', checked, checks)),
    ...(step.kind === 'http' ? unknown('connection-unknown', 'connection', String(step.args['connection']), bindings.connections) : []),
    ...told.flatMap((name) => unknown('channel-unknown', 'notify channel', name, bindings.channels)),
  ];
};

/** A kill closes the door, then cancels what is inside: with one of the two alone, work goes on or comes back. */
const halfKills = ({ name, controls }: Agent): readonly LintFinding[] => {
  const kill = controls.get('kill') ?? [];
  const [first] = kill;
  if (first === undefined || kill.some(({ traits }) => traits === null)) return [];
  const cancels = kill.findIndex(({ traits }) => traits?.stopsInFlight === true);
  const closes = kill.findIndex(({ traits }) => traits?.stopsInFlight === false);
  const found = (rule: string, message: string, hint: string): LintFinding => ({ rule, severity: 'error', at: first.at, message, hint });
  if (cancels < 0)
    return [
      found(
        'kill-leaves-running',
        `the kill of ${name} closes the door, and what is inside goes on`,
        'add a control that cancels, such as langgraph or a2a',
      ),
    ];
  if (closes < 0)
    return [
      found(
        'kill-leaves-open',
        `the kill of ${name} cancels what is inside, and the door stays open`,
        'begin with a control that closes it, such as a flag or a blocked key',
      ),
    ];
  return closes < cancels
    ? []
    : [
        found(
          'kill-leaves-open',
          `the kill of ${name} cancels before the door is closed: new work comes in meanwhile`,
          'let the control that closes the door stand first',
        ),
      ];
};
