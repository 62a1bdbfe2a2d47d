import { expect, it } from 'vitest';
import { protocols } from '../../../src/agents/protocols/registry.ts';
import type { Dialect } from '../../contract/protocol-suite.ts';
import type { Reply } from '../../support/http-peer.ts';
import { spokenWith } from '../../support/spoken.ts';

/** The first event of each of these streams is no content: a role, a `message_start`, a `response.created`, a step. */
it.each(['openai-chat', 'openai-responses', 'anthropic', 'http'])(
  '%s counts to the first content, not to the first event',
  async (kind) => {
    const { default: dialect } = (await import(`../../contract/dialects/${kind}.ts`)) as { default: Dialect };
    const adapter = await protocols[kind]?.();
    if (adapter === undefined) throw new Error(`${kind} is not in the registry`);
    const pauseMs = 80;
    const slow: Reply = (request, response) => {
      const [first = '', ...rest] = dialect.events?.(request) ?? [];
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
      setTimeout(() => response.end(rest.join('')), pauseMs);
    };
    const { turn } = await spokenWith(adapter.default, (url) => dialect.endpoint(url, 'streamed'), slow);
    expect(turn).toMatchObject({ outcome: 'ok', text: 'pong' });
    expect((turn.timings.firstTokenMs ?? 0) - (turn.timings.firstByteMs ?? 0)).toBeGreaterThan(pauseMs / 2);
  },
);
