import { expect, it } from 'vitest';
import type { ApiTrouble } from '../../../src/clients/api-trouble.ts';
import { effectOfTrouble } from '../../../src/controls/actions/effect.ts';

const trouble = (parts: Partial<ApiTrouble>): ApiTrouble => ({
  code: 'backend_failed',
  status: null,
  json: undefined,
  tooMuch: null,
  again: 'no',
  sent: true,
  retryAfterMs: null,
  message: 'why',
  hint: null,
  ...parts,
});

it.each<[string, Partial<ApiTrouble>, string, boolean]>([
  ['a refused connection did nothing', { sent: false }, 'rejected', true],
  ['a connection that broke may have done it', {}, 'unsure', true],
  ['a good status and a broken body may have done it', { status: 200 }, 'unsure', true],
  ['a sign-in page did nothing', { status: 302 }, 'rejected', false],
  ['missing rights', { status: 403, code: 'backend_unauthorized' }, 'rejected', false],
  ['a timeout of the server may have done it', { status: 408 }, 'unsure', true],
  ['somebody was faster', { status: 409 }, 'conflict', false],
  ['a precondition failed', { status: 412 }, 'conflict', false],
  ['a limit did nothing', { status: 429, code: 'backend_limited', retryAfterMs: 3000 }, 'rejected', true],
  ['an overloaded server did nothing', { status: 529, code: 'backend_limited' }, 'rejected', true],
  ['an error of the server may have done it', { status: 502 }, 'unsure', true],
])('%s', (_, parts, result, retry) => {
  expect(effectOfTrouble(trouble(parts))).toEqual({ result, retry, retryAfterMs: parts.retryAfterMs ?? null, evidence: 'why' });
});
