import { describe, expect, it, onTestFinished } from 'vitest';
import { openLangfuse } from '../../src/clients/langfuse.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { openPeer, type Reply } from '../support/http-peer.ts';
import { langfuseReply } from '../support/langfuse-recorded.ts';
import { body, json } from '../support/replies.ts';
import { openWorld, ref } from '../support/world.ts';

const never = new AbortController().signal;
const html404 = body('<!DOCTYPE html>', 'text/html', 404);
const some = json({ data: [], meta: {} });
const health = (version: string) => json({ status: 'OK', version });

const openAt = async (paths: Readonly<Record<string, Reply>>) => {
  const peer = await openPeer((request, response) => (paths[request.path.replace('/base/api/public', '')] ?? html404)(request, response));
  const world = { ...openWorld({ PUBLIC: 'pk-lf-0123456789', SECRET: 'sk-lf-0123456789' }), clock: fakeClock(Date.UTC(2026, 10, 23)) };
  onTestFinished(() => world.http.close());
  const keys = { public_key: ref('${PUBLIC}'), secret_key: ref('${SECRET}') };
  return { peer, langfuse: openLangfuse({ url: ref(`${peer.url}/base/`), ...keys, timeoutMs: 2000 }, world) };
};

describe('which generation a server is', () => {
  it.each<[string, Readonly<Record<string, Reply>>, string]>([
    ['v4', { '/v2/observations': some, '/observations': langfuseReply('events_only.legacy-404') }, 'v4'],
    ['v4 with both kinds of endpoints', { '/v2/observations': some, '/observations': some }, 'v4-dual'],
    ['v4 that is short of old requests', { '/v2/observations': some, '/observations': json({}, 429, { 'retry-after': '60' }) }, 'v4'],
    ['v3', { '/health': health('3.179.1') }, 'v3'],
    [
      'v3 that tells why',
      { '/v2/observations': json({ message: 'only available in a Langfuse v4 write mode' }, 404), '/health': health('3.200.0') },
      'v3',
    ],
    ['v3 behind a proxy that hides its health', { '/health': json({}, 403) }, 'v3'],
    ['v2', { '/health': health('2.95.11') }, 'v2'],
    ['v4 whatever it says of itself', { '/v2/observations': some, '/health': health('2.0.0') }, 'v4'],
  ])('%s', async (_name, paths, generation) => {
    const { peer, langfuse } = await openAt(paths);
    expect(await langfuse.generation(never)).toBe(generation);
    const sent = peer.received.length;
    expect(sent).toBeLessThanOrEqual(2);
    expect(await langfuse.generation(never)).toBe(generation);
    expect(peer.received).toHaveLength(sent);
    expect(peer.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('pk-lf-0123456789:sk-lf-0123456789').toString('base64')}`);
  });

  it('is not known to whoever has no right to ask, and is asked again then', async () => {
    let answers = 0;
    const { langfuse } = await openAt({
      '/v2/observations': (request, response) => (answers++ === 0 ? langfuseReply('auth.bad') : some)(request, response),
    });
    await expect(langfuse.generation(never)).rejects.toMatchObject({ code: 'backend_unauthorized' });
    expect(await langfuse.generation(never)).toBe('v4');
  });
});

describe('a list', () => {
  it('must be one', async () => {
    const { langfuse } = await openAt({ '/traces': json({ data: { no: 'list' } }) });
    const { trouble } = await langfuse.list({ path: '/traces', paging: 'numbered', limit: 10, at: null, query: {} }, never);
    expect(trouble).toMatchObject({ code: 'backend_malformed' });
  });

  it('is asked with the same filters on each page', async () => {
    const { peer, langfuse } = await openAt({ '/v3/scores': some });
    await langfuse.list({ path: '/v3/scores', paging: 'cursor', limit: 10, at: 'a+/=', query: { environment: ['prod', 'x'] } }, never);
    expect(peer.received[0]?.query.toString()).toBe('environment=prod&environment=x&limit=10&cursor=a%2B%2F%3D');
  });
});
