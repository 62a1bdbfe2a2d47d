import type { LiteLlm } from '../../../clients/litellm.ts';
import { unableError } from '../../../ground/errors.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { applied, effectOfTrouble } from '../effect.ts';
import type { Effect } from '../port.ts';
import type { Aspect } from './port.ts';

/** Requests in flight, of a key or of a model group. Only whether there are any is planned on: their number changes by the second. */
export const openActiveRequests = (api: LiteLlm, of: { readonly keyAlias?: string; readonly model?: string }): Aspect => {
  const list = async (signal: AbortSignal) => {
    const requests = await api.activeRequests(of, signal);
    if (requests.available) return requests.items;
    throw unableError({
      code: 'in_flight_unknown',
      message: `${api.host()} does not tell which requests are in flight`,
      hint: 'switch on the active requests of the proxy, or take action: cancel out of the control',
    });
  };
  const target = () => `requests in flight of ${of.keyAlias ?? of.model ?? ''} at ${api.host()}`;
  return {
    stopsInFlight: true,
    lasting: 'a cancelled request is not begun again',
    healthy: () => ({ in_flight: 'some' }),
    async read(_action, signal) {
      const items = await list(signal);
      return {
        exists: true,
        target: target(),
        touched: { in_flight: items.length === 0 ? 'none' : 'some' },
        version: null,
        sharedWith: of.keyAlias === undefined ? [`every key that uses ${of.model ?? ''}`] : [],
        keepsRunning: items.length === 0 ? null : `${plural(items.length, 'request')} in flight until cancelled`,
      };
    },
    wish: () => ({ in_flight: 'none' }),
    async set(_change, signal): Promise<Effect> {
      const items = await list(signal);
      for (const [done, { id }] of items.entries()) {
        const path = `/global/active_requests/${encodeURIComponent(id)}/cancel`;
        const { trouble } = await api.ask({ method: 'POST', path, attempts: 1 }, signal);
        // 404: it was done before it could be cancelled.
        if (trouble === null || trouble.status === 404) continue;
        const effect = effectOfTrouble(trouble);
        return { ...effect, evidence: `${done} of ${plural(items.length, 'request')} cancelled: ${effect.evidence}` };
      }
      return applied(`${plural(items.length, 'request')} cancelled`);
    },
  };
};
