import { onTestFinished } from 'vitest';
import { digArray, digString } from '../../src/ground/json.ts';
import { openPeer } from './http-peer.ts';
import { scratch } from './run-cli.ts';

/** What an agent does with one question: what it says and after how long, or the HTTP status it refuses with. */
export type Manner = (
  question: string,
  nth: number,
) => { readonly say?: string; readonly afterMs?: number; readonly status?: number; readonly retryAfter?: string };

/** An agent on loopback, with the log of what it was asked. */
export interface EvalAgent {
  readonly url: string;
  /** Every question in the order it came, probes left out. */
  readonly asked: string[];
  /** Questions that were answered in full. */
  readonly answered: string[];
  readonly mostAtOnce: () => number;
}

const usage = { prompt_tokens: 100, completion_tokens: 10 };

/** Starts an agent that speaks openai-chat. */
export const openEvalAgent = async (manner: Manner): Promise<EvalAgent> => {
  const asked: string[] = [];
  const answered: string[] = [];
  let [now, most] = [0, 0];
  const timers = new Set<NodeJS.Timeout>();
  onTestFinished(() => {
    for (const timer of timers) clearTimeout(timer);
  });
  const peer = await openPeer(({ json }, response) => {
    const question = digString(digArray(json, 'messages').at(-1), 'content');
    response.setHeader('content-type', 'application/json');
    if (question === null) {
      response.end(JSON.stringify({ data: [{ id: 'm' }] }));
      return;
    }
    const nth = asked.filter((each) => each === question).length;
    asked.push(question);
    now += 1;
    most = Math.max(most, now);
    const { say = 'pong', afterMs = 0, status = 200, retryAfter } = manner(question, nth);
    const timer = setTimeout(() => {
      timers.delete(timer);
      now -= 1;
      response.statusCode = status;
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
      if (status !== 200) {
        response.end(JSON.stringify({ error: { message: 'no' } }));
        return;
      }
      answered.push(question);
      response.end(JSON.stringify({ model: 'm', choices: [{ finish_reason: 'stop', message: { content: say } }], usage }));
    }, afterMs);
    timers.add(timer);
  });
  return { url: peer.url, asked, answered, mostAtOnce: () => most };
};

export interface SuiteWords {
  readonly cases: number;
  readonly repeats?: number;
  /** Further lines of the suite. */
  readonly head?: readonly string[];
  /** Further keys of a case, as YAML flow. */
  readonly more?: (at: number) => string;
}

/** A folder with a manifest of the agents at `urls` and a suite `s.yaml` whose every case expects `pong`. */
export const evalFolder = (
  urls: Readonly<Record<string, string>>,
  { cases, repeats = 1, head = [], more = () => '' }: SuiteWords,
  manifest = '',
) =>
  scratch({
    'agentops.yaml': [
      'version: 1',
      'fleet: acme',
      'agents:',
      ...Object.entries(urls).map(([name, url]) => `  ${name}: { endpoint: { protocol: openai-chat, url: "${url}/v1", model: m } }`),
      manifest,
    ].join('\n'),
    's.yaml': [
      `repeats: ${repeats}`,
      ...head,
      'cases:',
      ...Array.from({ length: cases }, (_, at) => `  - { id: c${at}, input: "question ${at}", expect: [ { contains: pong } ]${more(at)} }`),
    ].join('\n'),
  });
