import { suggestion } from '../../fleet/problem-words.ts';
import { usageError } from '../../ground/errors.ts';
import type { Json } from '../../ground/json.ts';
import { defaultOf, mustBeGiven } from './param-default.ts';
import { readParam } from './param-value.ts';
import type { Param, Runbook } from './runbook.ts';

/**
 * The parameters of a run, from what was typed. Throws a usage error with everything that is wrong or missing.
 * @param given by name, as typed
 * @param agents the names of all agents
 */
export const givenParams = (
  { name: runbook, params }: Pick<Runbook, 'name' | 'params'>,
  given: Readonly<Record<string, string>>,
  agents: readonly string[],
): Readonly<Record<string, Json>> => {
  const names = params.map(({ name }) => name);
  const unknown = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => ({ message: `it takes no parameter ${name}`, hint: suggestion(name, names) }));
  const read = params.map((param) => valueFor(param, given, agents));
  const problems = [...unknown, ...read.flatMap((each) => ('value' in each ? [] : [each]))];
  const [first] = problems;
  if (first !== undefined)
    throw usageError({
      code: 'params_invalid',
      message: `${runbook} cannot run like this: ${problems.map(({ message }) => message).join('; ')}`,
      hint: problems.length === 1 && first.hint !== null ? first.hint : `agentops runbook show ${runbook}`,
      details: problems,
    });
  return Object.fromEntries(params.map((param, at) => [param.name, read[at] !== undefined && 'value' in read[at] ? read[at].value : null]));
};

type Found = { readonly value: Json } | { readonly message: string; readonly hint: string | null };

const valueFor = (param: Param, given: Readonly<Record<string, string>>, agents: readonly string[]): Found => {
  const text = given[param.name];
  if (text === undefined) {
    if (!mustBeGiven(param)) return { value: defaultOf(param, Object.keys(given)) };
    return { message: `${param.name} is missing`, hint: param.type === 'agent' ? '--agent NAME' : `--param ${param.name}=…` };
  }
  const reading = readParam(param, text);
  if (!('value' in reading)) return { message: `${param.name} ${reading.problem} (given ${JSON.stringify(text)})`, hint: reading.hint };
  if (param.type !== 'agent' || agents.includes(text)) return reading;
  return { message: `there is no agent ${JSON.stringify(text)}`, hint: suggestion(text, agents) };
};
