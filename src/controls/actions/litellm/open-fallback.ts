import { isAbsent, type LiteLlm } from '../../../clients/litellm.ts';
import { applied, effectOfTrouble } from '../effect.ts';
import { chainOf } from './key-fields.ts';
import type { Aspect } from './port.ts';

/** The chain of models that a group falls back on. No chain is a value: it is restored by taking the chain away. */
export const openFallback = (api: LiteLlm, group: string, type: string): Aspect => ({
  stopsInFlight: false,
  lasting: null,
  healthy: () => ({ fallback_models: null }),
  async read(_action, signal) {
    const chain = await api.fallbacks(group, type, signal);
    return {
      exists: true,
      target: `${type} fallbacks of ${group} at ${api.host()}`,
      touched: { fallback_models: chain },
      version: null,
      sharedWith: [`every key that may use ${group}`],
      keepsRunning: `requests that ${group} answers stay there: a chain acts on errors alone`,
    };
  },
  wish: (_action, params) => ({ fallback_models: chainOf(group, params) }),
  async set({ to, target }, signal) {
    const chain = to['fallback_models'] ?? null;
    const request =
      chain === null
        ? { method: 'DELETE' as const, path: `/fallback/${encodeURIComponent(group)}`, query: { fallback_type: type }, emptyOk: true }
        : { method: 'POST' as const, path: '/fallback', body: { model: group, fallback_models: chain, fallback_type: type } };
    const { trouble } = await api.ask({ ...request, attempts: 1 }, signal);
    if (trouble === null) return applied(chain === null ? `${target} are gone` : `${target} took it`);
    // A chain that stands in the proxy's own file cannot be deleted, and one that is gone need not be: reading back tells which.
    if (chain === null && isAbsent(trouble)) {
      const left = await api.fallbacks(group, type, signal);
      if (left === null) return applied(`${target} are gone`);
    }
    return effectOfTrouble(trouble);
  },
});
