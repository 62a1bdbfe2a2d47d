import type { Fleet } from '../fleet/agent.ts';
import { usageError } from '../ground/errors.ts';
import type { Json } from '../ground/json.ts';
import { givenParams } from '../response/runbooks/given-params.ts';
import { loadRunbook } from '../response/runbooks/load-runbooks.ts';
import type { Runbook } from '../response/runbooks/runbook.ts';
import type { Session } from './command.ts';

/** How the parameters of a runbook are typed. */
export interface ParamFlags {
  readonly agent?: string;
  readonly param?: readonly string[];
}

export interface AskedRunbook {
  readonly fleet: Fleet;
  /** The runbook as it was named: its name, or a file. */
  readonly named: string;
  readonly runbook: Runbook;
  readonly params: Readonly<Record<string, Json>>;
}

/** The runbook that a command names, with the parameters of its flags. Throws a usage error with all that is wrong. */
export const askedRunbook = async ({ ctx, cwd, fleet: load }: Session, name: string, flags: ParamFlags): Promise<AskedRunbook> => {
  const { fleet } = await load();
  const runbook = await loadRunbook(ctx, fleet, name, cwd);
  const agents = fleet.agents.map((agent) => agent.name);
  return { fleet, named: name, runbook, params: givenParams(runbook, typedParams(runbook, flags), agents) };
};

const typedParams = (runbook: Runbook, { agent, param = [] }: ParamFlags): Readonly<Record<string, string>> => {
  const pairs = param.map((text): readonly [string, string] => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw usageError({ code: 'flag_invalid', message: `--param cannot be ${JSON.stringify(text)}`, hint: 'write it like --param for=30m' });
  });
  const [twice] = pairs.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at);
  if (twice !== undefined)
    throw usageError({ code: 'flags_conflict', message: `the parameter ${twice} is given twice`, hint: 'give it once' });
  if (agent === undefined) return Object.fromEntries(pairs);
  const agents = runbook.params.filter(({ type }) => type === 'agent');
  const [only] = agents;
  if (only === undefined || agents.length > 1)
    throw usageError({
      code: 'flags_conflict',
      message: `${runbook.name} takes ${agents.length === 0 ? 'no agent' : 'several agents'}, and --agent does not say which`,
      hint: agents.length === 0 ? 'leave --agent out' : agents.map(({ name }) => `--param ${name}=…`).join(' '),
    });
  if (pairs.some(([name]) => name === only.name))
    throw usageError({
      code: 'flags_conflict',
      message: `--agent and --param ${only.name} both say which agent`,
      hint: 'give one of the two',
    });
  return { [only.name]: agent, ...Object.fromEntries(pairs) };
};
