import { describe, expect, onTestFinished, test } from 'vitest';
import { agentOfFlags, askFirstAgent, checkGiven, type Given } from '../../src/cli/ask-first-agent.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import type { Prompts } from '../../src/ground/runtime/terminal.ts';
import { fakeContext } from '../support/fake-context.ts';
import { openPeer } from '../support/http-peer.ts';
import { openWorld } from '../support/world.ts';

const nothing: Given = { url: null, protocol: null, fleet: null, agent: null, model: null, variable: null };

/** A person who knows an answer to each question, by a piece of it; anything else is left empty, or is the first choice, or no. */
const person = (answers: Readonly<Record<string, string | boolean | readonly string[]>>): Prompts & { readonly asked: string[] } => {
  const asked: string[] = [];
  const counts = new Map<string, number>();
  const answer = (question: string) => {
    asked.push(question);
    const [key, value] = Object.entries(answers).find(([piece]) => question.includes(piece)) ?? [];
    if (key === undefined || !Array.isArray(value)) return value;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return (value as readonly string[])[(counts.get(key) ?? 1) - 1];
  };
  return {
    asked,
    confirm: async (question) => answer(question) === true,
    input: async (question) => String(answer(question) ?? ''),
    select: async (question, choices) => {
      const wanted = answer(question);
      const choice = choices.find(({ name }) => name === wanted) ?? choices[0];
      if (choice === undefined) throw new Error(`no choice for ${question}`);
      return choice.value;
    },
  };
};

const online = (): Context => {
  const world = openWorld();
  onTestFinished(() => world.http.close());
  return fakeContext({ http: world.http, secrets: world.secrets, clock: world.clock });
};

const models = (status = 200) =>
  openPeer((request, response) => {
    response.statusCode = request.path === '/v1/models' ? status : 404;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(status === 200 ? { object: 'list', data: [{ id: 'm-1' }, { id: 'm-2' }] } : { error: { message: 'no' } }));
  });

describe('the wizard', () => {
  test('looks at the endpoint first, and offers what it showed', async () => {
    const peer = await models();
    const said: string[] = [];
    const prompts = person({ URL: `${peer.url}/v1`, 'Which model': 'm-2', 'question to check': 'How long?', 'right answer': '30' });
    const { agent } = await askFirstAgent(online(), prompts, (line) => said.push(line), nothing, '/home/me/my shop');
    expect(agent).toEqual({
      fleet: 'my-shop',
      agent: 'support',
      protocol: 'openai-chat',
      url: `${peer.url}/v1`,
      model: 'm-2',
      variable: null,
      question: { input: 'How long?', contains: '30' },
    });
    expect(said).toEqual(['it speaks openai-chat, and offers m-1, m-2']);
  });

  test('asks for the variable of a credential that the endpoint wants, and names one itself', async () => {
    const peer = await models(401);
    const { agent } = await askFirstAgent(
      online(),
      person({ URL: `${peer.url}/v1`, 'Name of the agent': 'kb-search' }),
      () => {},
      nothing,
      '/x',
    );
    expect(agent.variable).toBe('KB_SEARCH_TOKEN');
  });

  test('asks again where an answer cannot stand in a manifest', async () => {
    const said: string[] = [];
    const prompts = person({ URL: ['not a url', 'http://me:secret@host', ''], 'Name of the agent': ['a b', 'ab'] });
    const { agent } = await askFirstAgent(fakeContext(), prompts, (line) => said.push(line), nothing, '/x');
    expect(agent).toMatchObject({ agent: 'ab', url: null });
    expect(said).toHaveLength(3);
  });

  test('goes on where the endpoint is silent: perhaps it is not running yet', async () => {
    const prompts = person({ URL: 'http://127.0.0.1:1', 'What does it speak': 'mcp' });
    const { agent } = await askFirstAgent(online(), prompts, () => {}, nothing, '/x');
    expect(agent).toMatchObject({ protocol: 'mcp', url: 'http://127.0.0.1:1' });
  });

  test('asks nothing that a flag has said', async () => {
    const prompts = person({});
    await askFirstAgent(
      fakeContext(),
      prompts,
      () => {},
      { url: 'http://x', protocol: 'a2a', fleet: 'f', agent: 'a', model: 'm', variable: 'V' },
      '/x',
    );
    expect(prompts.asked).toEqual(['A question to check it with (empty: only look whether it is there):']);
  });
});

describe('flags', () => {
  test('with a protocol are taken at their word: nothing is sent', async () => {
    const { agent, recognised } = await agentOfFlags(fakeContext(), { ...nothing, url: 'http://127.0.0.1:1/x', protocol: 'http' }, '/x');
    expect(agent).toMatchObject({ protocol: 'http', url: 'http://127.0.0.1:1/x' });
    expect(recognised).toBeNull();
  });

  test.each([
    [{ url: 'ftp://x' }, /not a URL/],
    [{ url: 'http://a:b@x' }, /secret does not belong/],
    [{ url: 'http://x/?api_key=abc' }, /secret does not belong/],
    [{ protocol: 'smtp' }, /no protocol "smtp"/],
    [{ agent: 'a b' }, /"a b" cannot be used/],
    [{ fleet: '' }, /cannot be used/],
    [{ variable: '1A' }, /no name of a variable/],
  ])('%j are refused', (given, message) => expect(() => checkGiven({ ...nothing, ...given })).toThrow(message));
});
