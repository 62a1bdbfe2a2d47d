import { relative } from 'node:path';
import type { Agent } from '../../fleet/agent.ts';
import { parseMoney } from '../../ground/units/amount.ts';
import type { Step } from './draft.ts';
import type { Finding } from './saving.ts';

type Next = Finding['next'];

/** What an agent must tell for a step to be written. */
export type SteppedAgent = Pick<Agent, 'name' | 'endpoint' | 'evals'>;

/**
 * The next step of a finding: a piece of the manifest that can be pasted as it stands, and the commands to type.
 * @param folder where they are typed; paths are written from there
 */
export const nextStep = (step: Step, agent: SteppedAgent, folder: string): Next => {
  switch (step.kind) {
    case 'response-cache':
      return trial(agent, folder, 'cached', null, [`the same agent behind a cache of answers, kept for a day, by user`]);
    case 'routing':
      return trial(agent, folder, 'cheaper', step.to.model, [
        `${step.to.model} for calls of at most ${step.mostInput} tokens in and ${step.mostOutput} out`,
        ...(step.from === null ? [] : [`the rest stays with ${step.from.model}`]),
      ]);
    case 'prompt-cache':
      return trial(agent, folder, 'prefixed', null, [
        step.isAutomatic
          ? `instructions and tools first and the same to the letter in every prompt; dates, names and history behind them`
          : `cache_control { type: ephemeral${step.hourly ? ', ttl: 1h' : ''} } behind the instructions and tools of ${step.model.model}`,
      ]);
    case 'batching':
      return trial(agent, folder, 'batched', null, ['the same requests sent through the batch interface of the vendor, and fetched later']);
    case 'distillation':
      return trial(agent, folder, 'distilled', null, ['a small model trained on answers that were graded good']);
    case 'budget':
      return {
        manifest: `agents:\n  ${key(agent.name)}:\n    budget: { per_request: ${moneyText(step.perRequestNanos)} }\n`,
        commands: [`agentops advise budgets ${word(agent.name)} --apply`],
      };
  }
};

/** A second agent, to be asked side by side with the first. */
const trial = (agent: SteppedAgent, folder: string, suffix: string, model: string | null, about: readonly string[]): Next => {
  const name = `${agent.name}-${suffix}`;
  const variable = `${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_URL`;
  const fields = [`protocol: ${protocolOf(agent)}`, `url: "\${${variable}}"`, ...ownFields(agent, model)];
  const suites = agent.evals.length === 0 ? [''] : agent.evals.map((path) => ` ${word(relative(folder, path) || path)}`);
  return {
    manifest: [...about.map((line) => `# ${line}`), 'agents:', `  ${key(name)}:`, `    endpoint: { ${fields.join(', ')} }`, ''].join('\n'),
    commands: suites.map(
      (suite) => `agentops eval run${suite === '' ? ' SUITE' : suite} --agent ${word(name)} --against ${word(agent.name)}`,
    ),
  };
};

/** A program has no address to put another one behind: what is asked instead answers over HTTP. */
const protocolOf = ({ endpoint }: SteppedAgent): string =>
  endpoint === null || endpoint.kind === 'command' ? 'openai-chat' : endpoint.kind;

/** What the endpoint says besides where it is and who may ask, as YAML. */
const ownFields = ({ endpoint }: SteppedAgent, model: string | null): readonly string[] => {
  const config: unknown = endpoint === null || endpoint.kind === 'command' ? {} : endpoint.config;
  const known = Object.entries(typeof config === 'object' && config !== null ? config : {}).flatMap(([name, value]) =>
    name !== 'url' && name !== 'protocol' && (typeof value === 'string' || typeof value === 'boolean') ? [[name, value] as const] : [],
  );
  const told = new Map<string, string | boolean>(known);
  if (model !== null) told.set('model', model);
  else if (endpoint === null || endpoint.kind === 'command') told.set('model', 'MODEL');
  return [...told].map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
};

/** A name as YAML reads it back. */
const key = (name: string): string =>
  /^[A-Za-z_][\w-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name) ? name : JSON.stringify(name);

/** A word as a shell reads it back. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** `$0.40` of nano-dollars, as the manifest has it: exact. */
export const moneyText = (nanos: number): string => {
  const whole = Math.floor(nanos / 1e9);
  const rest = String(Math.round(nanos % 1e9))
    .padStart(9, '0')
    .replace(/0+$/, '');
  const text = `$${whole}.${rest.padEnd(2, '0')}`;
  return parseMoney(text) === nanos ? text : `$${(nanos / 1e9).toFixed(9)}`;
};
