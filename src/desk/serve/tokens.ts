import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import { requireAgent } from '../../fleet/select.ts';
import { usageError } from '../../ground/errors.ts';
import type { Secrets } from '../../ground/runtime/context.ts';
import type { OtlpSource } from '../../telemetry/traces/otlp-source.ts';

/** Who sent a request. */
export interface Sender {
  /** The agent that its token is bound to; null where no tokens are asked for. */
  readonly agent: string | null;
  /** The backend that its spans count as. */
  readonly source: string;
}

export interface Tokens {
  readonly count: number;
  /** Whose token an `Authorization` header has; null: nobody's. Without any tokens everybody is welcome. */
  senderOf(authorization: string | undefined): Sender | null;
}

/**
 * The tokens of the manifest. Throws a usage error where a secret is missing or empty, where two agents share a token, or where a token is
 * bound to no agent of the fleet.
 */
export const openTokens = (fleet: Fleet, sources: readonly [OtlpSource, ...OtlpSource[]], secrets: Secrets): Tokens => {
  // Looked up by digest: how long that takes says nothing about the token.
  const senders = new Map<string, Sender>();
  const base = dirname(fleet.path);
  for (const { name, tokens } of sources) {
    for (const [secret, agent] of tokens) {
      requireAgent(fleet, agent);
      const token = secrets.reveal({ secret, base }).trim();
      const known = senders.get(digestOf(token));
      if (token === '' || known !== undefined)
        throw unusable(secret, token === '' ? 'is empty' : `is the token of ${known?.agent} as well`);
      senders.set(digestOf(token), { agent, source: name });
    }
  }
  const [{ name: source }] = sources;
  return {
    count: senders.size,
    senderOf(authorization = '') {
      if (senders.size === 0) return { agent: null, source };
      return senders.get(digestOf(tokenOf(authorization))) ?? null;
    },
  };
};

const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The token of `Bearer TOKEN`, or of `Basic` with a public key before it, as Langfuse's exporters have it. */
const tokenOf = (authorization: string): string => {
  const [scheme = '', value = ''] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
};

const unusable = (secret: string, how: string) =>
  usageError({
    code: 'token_unusable',
    message: `the token ${secret} of the manifest ${how}`,
    hint: 'give each agent a long random token of its own',
  });
