import type { Hop } from '../../agents/providers/chain.ts';
import { type Crossing, crossingOf } from '../../agents/providers/crossing.ts';
import type { Provider } from '../../agents/providers/provider.ts';
import { isAnswered, type ProviderProbe } from '../../agents/providers/provider-probe.ts';

/** One question of a drill, which stands for every link that means the same. */
export interface PlannedProbe {
  readonly provider: Provider;
  /** Null: the one of the provider's own probe. */
  readonly model: string | null;
  readonly links: readonly { readonly agent: string; readonly hop: string }[];
  /** Nano-dollars at most; null: nobody knows the price. */
  readonly mostNanos: number | null;
}

/** A link that is not asked. */
export interface LeftOut {
  readonly agent: string;
  readonly hop: string;
  /** One sentence. */
  readonly why: string;
}

/** What a drill will ask, before it does. */
export interface DrillPlan {
  readonly chains: readonly { readonly agent: string; readonly hops: readonly Hop[] }[];
  readonly probes: readonly PlannedProbe[];
  readonly leftOut: readonly LeftOut[];
}

/** A link after the drill; exactly one of `probe` and `leftOut` is there. */
export interface DrilledLink {
  readonly hop: Hop;
  readonly probe: ProviderProbe | null;
  readonly leftOut: string | null;
}

/** One chain after the drill. */
export interface DrilledChain {
  readonly agent: string;
  readonly links: readonly DrilledLink[];
  readonly crossing: Crossing;
}

/** What a drill costs at most, nano-dollars, and how many of its questions have no known price. */
export const estimateOf = ({ probes }: DrillPlan): { readonly mostNanos: number; readonly unpriced: number } => ({
  mostNanos: probes.reduce((sum, { mostNanos }) => sum + (mostNanos ?? 0), 0),
  unpriced: probes.filter(({ mostNanos }) => mostNanos === null).length,
});

/** The chains of a plan, with what came of each link. */
export const drilledChains = ({ chains, leftOut }: DrillPlan, probes: readonly ProviderProbe[]): readonly DrilledChain[] =>
  chains.map(({ agent, hops }) => {
    const links = hops.map((hop): DrilledLink => {
      const isLink = (each: { readonly agent: string | null; readonly hop: string | null }) =>
        each.agent === agent && each.hop === hop.name;
      const probe = probes.find(isLink) ?? null;
      return { hop, probe, leftOut: probe === null ? (leftOut.find(isLink)?.why ?? 'the drill was stopped before') : null };
    });
    const asked = links.map(({ hop, probe }) => ({
      hop: hop.name,
      answerer: probe !== null && isAnswered(probe) === true ? probe.answerer : null,
    }));
    return { agent, links, crossing: crossingOf(asked) };
  });

/** How a link came out: `unknown` where our own side kept it from being asked. */
export const linkVerdict = ({ probe }: DrilledLink): 'answered' | 'failed' | 'unknown' => {
  const answered = probe === null ? null : isAnswered(probe);
  return answered === null ? 'unknown' : answered ? 'answered' : 'failed';
};

/** What a drill comes to: a link that fails, or a chain that leads to nobody else, before what could not be seen. */
export const findingOfDrill = (chains: readonly DrilledChain[]): 'found' | 'no_verdict' | 'none' => {
  const verdicts = chains.flatMap(({ links }) => links.map(linkVerdict));
  if (verdicts.includes('failed') || chains.some(({ crossing }) => crossing.crosses === false)) return 'found';
  return verdicts.includes('unknown') ? 'no_verdict' : 'none';
};
