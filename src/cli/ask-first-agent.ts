import { OpsError, usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Prompts, Terminal } from '../ground/runtime/terminal.ts';
import { type FirstAgent, hasUrl, writableProtocols } from './first-manifest.ts';
import { type Recognised, recogniseEndpoint } from './recognise-endpoint.ts';

export interface FirstAnswers {
  readonly agent: FirstAgent;
  /** One sentence about what the endpoint showed; null where it was not asked. */
  readonly recognised: string | null;
}

/** What was said on the command line; null: not said. */
export interface Given {
  readonly url: string | null;
  readonly protocol: string | null;
  readonly fleet: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly variable: string | null;
}

const defaultAgent = 'support';
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const variableForm = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The agent that the flags describe, with what its endpoint shows of itself where nobody said what it speaks. */
export const agentOfFlags = async (ctx: Context, given: Given, folder: string): Promise<FirstAnswers> => {
  const { url, protocol } = given;
  if (url === null || protocol !== null) return { agent: agentOf(given, folder, protocol ?? 'openai-chat', url, null), recognised: null };
  const seen = await recognise(ctx, url, given.variable);
  return { agent: agentOf(given, folder, seen.protocol, seen.url, seen), recognised: sentenceOf(seen) };
};

const agentOf = (given: Given, folder: string, protocol: string, url: string | null, seen: Recognised | null): FirstAgent => {
  const agent = given.agent ?? defaultAgent;
  return {
    fleet: given.fleet ?? nameFrom(folder),
    agent,
    protocol,
    url: hasUrl(protocol) ? url : null,
    model: given.model ?? seen?.offers[0] ?? null,
    variable: given.variable ?? (seen?.isLocked === true ? variableFor(agent) : null),
    question: null,
  };
};

/** Asks a person what they have, and looks at the endpoint before asking what it speaks. A Ctrl-C is thrown on: nothing has been written by then. */
export const askFirstAgent = async (
  ctx: Context,
  prompts: Prompts,
  say: Terminal['say'],
  given: Given,
  folder: string,
): Promise<FirstAnswers> => {
  const { signal } = ctx;
  const input = async (question: string, fallback: string, problem: (text: string) => string | null = () => null): Promise<string> => {
    for (;;) {
      const text = (await prompts.input(question, signal)).trim() || fallback;
      const wrong = problem(text);
      if (wrong === null) return text;
      say(wrong);
    }
  };
  const url =
    given.url ??
    ((await input('URL of one of your agents (empty: write an example):', '', (text) => (text === '' ? null : urlProblem(text)))) || null);
  const seen = url === null || given.protocol !== null ? null : await recognise(ctx, url, given.variable).catch(sayAndGoOn(say));
  if (seen !== null) say(sentenceOf(seen));
  const protocol = given.protocol ?? (await prompts.select('What does it speak?', protocolChoices(seen), signal));
  const fits = seen?.protocol === protocol ? seen : null;
  const fallbackFleet = nameFrom(folder);
  const fleet = given.fleet ?? (await input(`Name of the fleet (empty: ${fallbackFleet}):`, fallbackFleet, nameProblem));
  const agent = given.agent ?? (await input(`Name of the agent (empty: ${defaultAgent}):`, defaultAgent, nameProblem));
  const model = given.model ?? (await chooseOffer(prompts, fits, signal));
  const locked =
    fits?.isLocked === true ||
    (given.variable === null && hasUrl(protocol) && (await prompts.confirm('Does it want a credential?', signal)));
  const fallbackVariable = variableFor(agent);
  const variable =
    given.variable ??
    (locked ? await input(`Environment variable that holds it (empty: ${fallbackVariable}):`, fallbackVariable, variableProblem) : null);
  const question = await input('A question to check it with (empty: only look whether it is there):', '');
  const contains = question === '' ? '' : await input('A word or number that a right answer holds (empty: none):', '');
  return {
    agent: {
      fleet,
      agent,
      protocol,
      url: hasUrl(protocol) ? (fits?.url ?? url) : null,
      model,
      variable,
      question: question === '' ? null : { input: question, contains },
    },
    recognised: null,
  };
};

const recognise = async (ctx: Context, url: string, variable: string | null): Promise<Recognised> => {
  const seen = await recogniseEndpoint(ctx, url, variable === null ? null : `\${${variable}}`);
  if (!('silent' in seen)) return seen;
  const { unableError } = await import('../ground/errors.ts');
  throw unableError({
    code: 'endpoint_silent',
    message: `what ${new URL(url).host} speaks cannot be told: ${seen.silent}`,
    hint: `start it, or say what it speaks: agentops init --from-url ${url} --protocol openai-chat`,
  });
};

const sayAndGoOn =
  (say: Terminal['say']) =>
  (thrown: unknown): null => {
    if (!(thrown instanceof OpsError)) throw thrown;
    say(thrown.message);
    return null;
  };

const sentenceOf = ({ protocol, offers, isLocked, isGuess }: Recognised): string => {
  if (isGuess) {
    const taken = protocol === 'http' ? 'plain http, see the comments' : `${protocol} by its url`;
    return `nothing known was recognised${isLocked ? ' (it wants a credential: --token-env NAME)' : ''}; taken for ${taken}`;
  }
  const some = offers.slice(0, 5).join(', ');
  const more = offers.length > 5 ? ` and ${offers.length - 5} more` : '';
  return `it speaks ${protocol}${isLocked ? ' and wants a credential' : ''}${some === '' ? '' : `, and offers ${some}${more}`}`;
};

const protocolChoices = (seen: Recognised | null) => {
  const first =
    seen === null
      ? []
      : [
          {
            name: seen.isGuess ? `${seen.protocol} (if nothing else fits)` : `${seen.protocol} (it answers like this)`,
            value: seen.protocol,
          },
        ];
  return [...first, ...writableProtocols.filter((name) => name !== seen?.protocol).map((name) => ({ name, value: name }))];
};

const chooseOffer = async (prompts: Prompts, seen: Recognised | null, signal: AbortSignal): Promise<string | null> => {
  if (seen === null || seen.offers.length === 0) return null;
  if (seen.offers.length === 1) return seen.offers[0] ?? null;
  const noun = { mcp: 'tool', langgraph: 'assistant' }[seen.protocol] ?? 'model';
  return prompts.select(
    `Which ${noun} is asked?`,
    seen.offers.map((name) => ({ name, value: name })),
    signal,
  );
};

const nameProblem = (text: string): string | null =>
  nameForm.test(text) ? null : 'a name has letters, digits, dots, dashes and underscores, and begins with a letter or digit';
const variableProblem = (text: string): string | null =>
  variableForm.test(text) ? null : 'that is no name of a variable; it looks like SUPPORT_TOKEN';

/** Why a text cannot be the URL of an agent; null where it can. */
const urlProblem = (text: string): string | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return `${JSON.stringify(text)} is not a URL that starts with http:// or https://`;
  const holdsSecret = url.password !== '' || [...url.searchParams.keys()].some((name) => /key|token|secret|sig/i.test(name));
  return holdsSecret ? 'a secret does not belong into a manifest: leave it out of the URL, and name its variable with --token-env' : null;
};

/** Refuses flags that could not stand in a manifest. */
export const checkGiven = ({ url, protocol, fleet, agent, variable }: Given): void => {
  const wrong = [
    ...(url === null ? [] : [urlProblem(url)]),
    ...(protocol === null || writableProtocols.includes(protocol)
      ? []
      : [`there is no protocol ${JSON.stringify(protocol)}; there are ${writableProtocols.join(', ')}`]),
    ...[fleet, agent].map((name) =>
      name === null || nameForm.test(name) ? null : `${JSON.stringify(name)} cannot be used: ${nameProblem(name)}`,
    ),
    ...(variable === null ? [] : [variableProblem(variable)]),
  ].find((problem) => problem !== null);
  if (wrong != null) throw usageError({ code: 'flag_invalid', message: wrong, hint: 'agentops init --help' });
};

/** `SUPPORT_TOKEN` for the agent `support`. */
const variableFor = (agent: string): string =>
  `${agent
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, 'A')}_TOKEN`;

/** A fleet is called like the folder it lives in, as far as that is a name. */
const nameFrom = (folder: string): string => {
  const name = (folder.split(/[/\\]/).at(-1) ?? '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return name === '' ? 'my-fleet' : name;
};
