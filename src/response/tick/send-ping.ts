import type { Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';

/** What the watchdog is told: that a tick began, that it is done, or that part of it failed. */
export type PingKind = 'start' | 'success' | 'fail';

/** It must not keep a tick from its work. */
const pingMs = 5000;
const maxBytes = 16_384;
const paths: Readonly<Record<PingKind, string>> = { start: '/start', success: '', fail: '/fail' };

/**
 * Pings the watchdog of the manifest; null: it heard, or there is none. Otherwise one sentence that does not hold its address, which is a secret.
 * @param rid a UUID that joins the pings of one tick
 * @param about a few lines for whoever looks there
 */
export const sendPing = async (
  { http, secrets }: Pick<Context, 'http' | 'secrets'>,
  { watchdog }: Pick<Fleet, 'watchdog'>,
  kind: PingKind,
  rid: string,
  about = '',
): Promise<string | null> => {
  if (watchdog === null) return null;
  try {
    const address = secrets.reveal(watchdog.url);
    if (!URL.canParse(address)) return 'the address of the watchdog is no URL';
    const { head, failure } = await http.send(
      {
        method: 'POST',
        url: pingUrl(address, kind, rid),
        headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'agentops-fleet' },
        body: about,
        limits: { connectMs: pingMs, firstByteMs: pingMs, stallMs: pingMs, totalMs: pingMs, maxBytes },
        guarded: true,
      },
      { data: () => 'stop' },
      // A tick that is told to stop says so all the same: silence would call somebody.
      new AbortController().signal,
    );
    if (head !== null && head.status < 300) return null;
    return head === null ? `the watchdog was not reached: ${failure?.kind ?? 'no answer'}` : `the watchdog answered HTTP ${head.status}`;
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return secrets.mask(thrown.message);
  }
};

/** The address of one kind of ping: its own path and query stay. */
export const pingUrl = (address: string, kind: PingKind, rid: string): string => {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${paths[kind]}`;
  url.searchParams.set('rid', rid);
  return url.href;
};
