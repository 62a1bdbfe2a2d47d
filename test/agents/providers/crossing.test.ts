import { describe, expect, test } from 'vitest';
import { answererOf } from '../../../src/agents/providers/answerer.ts';
import { chainOf, hopAfter } from '../../../src/agents/providers/chain.ts';
import { crossingOf } from '../../../src/agents/providers/crossing.ts';
import type { Provider } from '../../../src/agents/providers/provider.ts';

const provider = (name: string, ...aliases: readonly string[]): Provider => ({
  name,
  probe: { kind: 'command', config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } },
  input: 'ok?',
  aliases: [name, ...aliases],
  everyMs: null,
  limits: { errorRate: null, latencyP95Ms: null, perDayNanos: null },
});

describe('who answered', () => {
  test.each([
    ['https://api.anthropic.com/v1/messages', {}, 'anthropic', null],
    ['https://acme.openai.azure.com/openai', { 'openai-model': 'x' }, 'azure', null],
    ['http://127.0.0.1:9/v1/messages', { 'anthropic-organization-id': 'o' }, 'anthropic', null],
    ['http://127.0.0.1:9/v1', { 'x-ratelimit-limit-requests': '9' }, null, null],
    ['http://litellm:4000/v1', { 'x-litellm-model-id': 'm' }, null, 'litellm'],
    ['http://litellm:4000/v1', { 'x-litellm-model-api-base': 'https://api.openai.com/v1' }, 'openai', 'litellm'],
    [
      'http://litellm:4000/v1',
      { 'x-litellm-call-id': 'c', 'llm_provider-anthropic-ratelimit-requests-limit': '5' },
      'anthropic',
      'litellm',
    ],
    ['https://api.openai.com.evil.example/v1', {}, null, null],
  ] as const)('%s with %j is %s behind %s', (url, headers, vendor, gateway) => {
    expect(answererOf(url, headers)).toMatchObject({ vendor, gateway });
  });
});

describe('whether a chain crosses providers', () => {
  const link = (hop: string, url: string, headers: Readonly<Record<string, string>> = {}) => ({ hop, answerer: answererOf(url, headers) });
  const [anthropic, openai] = [link('anthropic', 'https://api.anthropic.com/v1/messages'), link('openai', 'https://api.openai.com/v1')];
  const own = link('self-hosted', 'http://vllm:8000/v1');

  test('is judged by who answered, not by what links are called', () => {
    expect(crossingOf([anthropic, openai])).toMatchObject({ crosses: true, why: 'anthropic and openai answered' });
    expect(crossingOf([openai, link('self-hosted', 'https://api.openai.com/v1')])).toMatchObject({
      crosses: false,
      why: 'all that answered is openai',
    });
    expect(crossingOf([anthropic, openai, link('self-hosted', 'https://api.openai.com/v1')]).why).toContain(
      'openai and self-hosted are both openai',
    );
    expect(crossingOf([anthropic, own])).toMatchObject({ crosses: true });
  });

  test('is not known where a gateway does not tell, or only one link answered', () => {
    const hidden = link('backup', 'http://litellm:4000/v1', { 'x-litellm-call-id': 'c' });
    expect(crossingOf([anthropic, hidden])).toMatchObject({ crosses: null });
    expect(crossingOf([anthropic, { hop: 'openai', answerer: null }])).toEqual({ crosses: null, why: 'only anthropic answered' });
    expect(crossingOf([anthropic])).toMatchObject({ crosses: false });
  });
});

describe('the links of a chain', () => {
  const declared = [provider('anthropic', 'anthropic'), provider('bedrock', 'aws'), provider('mine')];

  test('mean a provider, by any name, or a model behind one', () => {
    expect(chainOf(declared, { fallback: ['claude', 'aws.bedrock/llama', 'mine', 'openai/gpt-5-mini'] })).toEqual([
      { name: 'claude', provider: 'anthropic', model: null },
      { name: 'aws.bedrock/llama', provider: 'bedrock', model: 'llama' },
      { name: 'mine', provider: 'mine', model: null },
      { name: 'openai/gpt-5-mini', provider: 'openai', model: 'gpt-5-mini' },
    ]);
  });

  test('lead on from a provider that is gone to the first that is another', () => {
    const chain = chainOf(declared, { fallback: ['anthropic/large', 'anthropic/small', 'openai'] });
    expect(hopAfter(chain, 'anthropic')?.name).toBe('openai');
    expect(hopAfter(chain, 'openai')).toBeNull();
    expect(hopAfter(chain, 'mistral')?.name).toBe('anthropic/large');
  });
});
