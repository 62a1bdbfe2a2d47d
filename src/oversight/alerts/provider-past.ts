import { knownAs, type Provider } from '../../agents/providers/provider.ts';
import type { AgentCalls, CallWindow, ProviderSample } from './conditions/provider-outage.ts';
import { type MinuteSums, minuteSums } from './minute-sums.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Calls of one agent in one minute, as `readCallMinutes` has them. */
export interface PastCalls {
  /** UTC epoch ms. */
  readonly at: number;
  /** Null: nobody knows whose they are. */
  readonly agent: string | null;
  /** As traces call it; null: they do not tell. */
  readonly provider: string | null;
  readonly n: number;
  readonly bad: number;
  readonly limited: number;
  readonly timedOut: number;
}

/** The calls of all providers, which are asked what was seen as of any moment. */
export interface ProviderPast {
  /** Calls are added in the order of their minutes. */
  add(calls: PastCalls): void;
  /** What usually comes of calls, by the hour; in the order of hours. @param at start of the hour, UTC epoch ms */
  addUsual(provider: string, at: number, counts: { readonly n: number; readonly bad: number }): void;
  /** Whether any call failed from one instant to before another. */
  hasFailed(from: number, to: number): boolean;
  /** Every provider of the manifest, and every other that was called of late, as of a moment (UTC epoch ms). */
  at(moment: number, widths: readonly number[]): readonly Omit<ProviderSample, 'probes'>[];
}

/** How long before the hour in which the widest window begins calls are usual, ms. */
export const usualMs = 7 * 24 * hourMs;

const column = { n: 0, bad: 1, limited: 2, timedOut: 3 } as const;
/** Calls of traces that are nobody's. */
const nobody = '(unmatched)';

export const newProviderPast = (providers: readonly Provider[]): ProviderPast => {
  const calls = new Map<string, Map<string, MinuteSums>>(providers.map(({ name }) => [name, new Map()]));
  const usual = new Map<string, MinuteSums>();
  const failed = minuteSums(1);
  const names = new Map<string, string>();
  const nameOf = (told: string): string => {
    const known = names.get(told) ?? knownAs(providers, told);
    names.set(told, known);
    return known;
  };
  const windowOf = (byAgent: ReadonlyMap<string, MinuteSums>, moment: number, windowMs: number): CallWindow => {
    let [limited, timedOut] = [0, 0];
    const agents: AgentCalls[] = [];
    for (const [agent, sums] of byAgent) {
      const of = sums.between(moment - windowMs, moment);
      const n = of[column.n] ?? 0;
      if (n === 0) continue;
      agents.push({ agent, n, bad: of[column.bad] ?? 0 });
      limited += of[column.limited] ?? 0;
      timedOut += of[column.timedOut] ?? 0;
    }
    return { windowMs, limited, timedOut, agents: agents.sort((a, b) => b.n - a.n || (a.agent < b.agent ? -1 : 1)) };
  };
  return {
    add({ at, agent, provider, n, bad, limited, timedOut }) {
      if (provider === null) return;
      const name = nameOf(provider);
      const byAgent = calls.get(name) ?? new Map<string, MinuteSums>();
      calls.set(name, byAgent);
      const sums = byAgent.get(agent ?? nobody) ?? minuteSums(Object.keys(column).length);
      byAgent.set(agent ?? nobody, sums);
      sums.add(at, [n, bad, limited, timedOut]);
      failed.add(at, [bad]);
    },
    addUsual(provider, at, { n, bad }) {
      const name = nameOf(provider);
      const sums = usual.get(name) ?? minuteSums(2);
      usual.set(name, sums);
      sums.add(at, [n, bad]);
    },
    hasFailed: (from, to) => (failed.between(from, to)[0] ?? 0) > 0,
    at(moment, widths) {
      const before = Math.floor((moment - Math.max(0, ...widths)) / hourMs) * hourMs;
      return [...calls].map(([provider, byAgent]) => {
        const [n = 0, bad = 0] = usual.get(provider)?.between(before - usualMs, before) ?? [];
        return { provider, windows: widths.map((width) => windowOf(byAgent, moment, width)), usual: { n, bad } };
      });
    },
  };
};
