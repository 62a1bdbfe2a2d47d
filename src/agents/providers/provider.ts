import type { Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { providerName } from '../prices/model-name.ts';
import type { ParsedProvider } from './schema.ts';

/** Who answers model calls, as `providers:` describes it. */
export interface Provider {
  readonly name: string;
  readonly probe: Slot;
  /** What a probe says. */
  readonly input: string;
  /** What traces call it, each in the one spelling of `providerName`. */
  readonly aliases: readonly string[];
  /** Milliseconds; null: only drills probe it. */
  readonly everyMs: number | null;
  readonly limits: {
    /** 0 to 1. */
    readonly errorRate: number | null;
    readonly latencyP95Ms: number | null;
    /** Nano-dollars that probes may spend in a UTC day. */
    readonly perDayNanos: number | null;
  };
}

/** The providers of a fleet, in the order of the manifest. */
export const providersOf = ({ sections }: Pick<Fleet, 'sections'>): readonly Provider[] =>
  Object.entries((sections['providers'] ?? {}) as Readonly<Record<string, ParsedProvider>>).map(([name, parsed]) => ({
    name,
    probe: parsed.probe as Slot,
    input: parsed.input,
    aliases: [...new Set([name, ...parsed.names].map(spelling))],
    everyMs: parsed.every ?? null,
    limits: {
      errorRate: parsed.limits.error_rate ?? null,
      latencyP95Ms: parsed.limits.latency_p95 ?? null,
      perDayNanos: parsed.limits.per_day ?? null,
    },
  }));

const spelling = (name: string): string => providerName(name, null) ?? name.toLowerCase();

/** The provider that a name means, by its own name or by one that traces have for it; null: none of them. */
export const providerNamed = (providers: readonly Provider[], name: string): Provider | null =>
  providers.find((each) => each.name === name) ?? providers.find(({ aliases }) => aliases.includes(spelling(name))) ?? null;

/** The one name that a provider of traces goes by: that of the manifest where it has one. */
export const knownAs = (providers: readonly Provider[], name: string): string => providerNamed(providers, name)?.name ?? spelling(name);
