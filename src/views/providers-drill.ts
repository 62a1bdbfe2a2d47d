import type { ProviderProbe } from '../agents/providers/provider-probe.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { formatMoney, toUsd } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { type DrilledChain, type DrilledLink, type DrillPlan, estimateOf, linkVerdict } from '../oversight/providers/drill.ts';
import { probeJson } from './providers.ts';
import { moneyOrMissing, type Sign, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops providers drill`. */
export interface ProviderDrill {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly plan: DrillPlan;
  readonly chains: readonly DrilledChain[];
}

const verdictSigns: Readonly<Record<ReturnType<typeof linkVerdict>, Sign>> = {
  answered: stateSigns.green,
  failed: stateSigns.red,
  unknown: stateSigns.unknown,
};

/** What a drill will ask and cost at most, for whoever is to confirm it. */
export const drillOffer = (plan: DrillPlan): string => {
  const { mostNanos, unpriced } = estimateOf(plan);
  const links = plan.chains.reduce((sum, { hops }) => sum + hops.length, 0);
  const cost =
    unpriced === plan.probes.length
      ? 'at a cost that nobody knows'
      : `for ${formatMoney(mostNanos)} at most${unpriced > 0 ? `, and ${plural(unpriced, 'price')} that nobody knows` : ''}`;
  return `${plural(plan.probes.length, 'question')} to ${plural(links, 'link')} of ${plural(plan.chains.length, 'chain')}, ${cost}`;
};

const cameTo = ({ outcome, latencyMs, ttftMs, costNanos, cause, answeredBy, answerer }: ProviderProbe): string =>
  [
    `${outcome === 'ok' ? 'answered' : outcome.replace('_', ' ')} in ${humanDuration(latencyMs)}`,
    ...(ttftMs === null ? [] : [`first token ${humanDuration(ttftMs)}`]),
    ...(cause === null ? [] : [cause]),
    ...(answeredBy === null ? [] : [answeredBy]),
    ...(answerer === null
      ? []
      : [`${answerer.vendor ?? 'vendor not told'} at ${answerer.host}${answerer.gateway === null ? '' : ` behind ${answerer.gateway}`}`]),
    ...(costNanos === null ? [] : [costNanos === 0 ? 'no cost of its own' : moneyOrMissing(costNanos)]),
  ].join(', ');

const linkLines = (link: DrilledLink, look: Look, width: number): readonly string[] => {
  const sign = verdictSigns[linkVerdict(link)];
  const said = link.probe === null ? `not asked: ${link.leftOut ?? ''}` : cameTo(link.probe);
  return renderParagraph(look, { indent: 2, hang: width + 4, maxLines: 3 }, [
    { text: `${symbolOf(look, sign)} ${link.hop.name.padEnd(width)}  `, tone: sign.tone },
    { text: said },
  ]);
};

const chainLines = ({ agent, links, crossing }: DrilledChain, look: Look): readonly string[] => {
  const width = Math.max(...links.map(({ hop }) => hop.name.length));
  const sign = crossing.crosses === null ? stateSigns.unknown : crossing.crosses ? stateSigns.green : stateSigns.red;
  const said =
    crossing.crosses === null
      ? 'whether it crosses providers is not known'
      : crossing.crosses
        ? 'crosses providers'
        : 'does not cross providers';
  return [
    renderLine(look, 0, [{ text: agent, tone: 'strong' }]),
    ...links.flatMap((link) => linkLines(link, look, width)),
    ...renderParagraph(look, { indent: 2, hang: 2, maxLines: 3 }, [
      { text: `${symbolOf(look, sign)} ${said}`, tone: sign.tone },
      { text: `: ${crossing.why}` },
    ]),
    '',
  ];
};

const spentOf = (chains: readonly DrilledChain[]): number | null => {
  const costs = chains.flatMap(({ links }) => links.flatMap(({ probe }) => probe?.costNanos ?? []));
  return costs.length === 0 ? null : costs.reduce((sum, nanos) => sum + nanos, 0);
};

const summary = (chains: readonly DrilledChain[]): string => {
  const verdicts = chains.flatMap(({ links }) => links.map(linkVerdict));
  const count = (verdict: ReturnType<typeof linkVerdict>) => verdicts.filter((each) => each === verdict).length;
  const spent = spentOf(chains);
  return [
    `${count('answered')} of ${plural(verdicts.length, 'link')} answered`,
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} could not be asked`] : []),
    ...(spent === null ? [] : [`${formatMoney(spent)} spent`]),
  ].join(', ');
};

/** Every format of `agentops providers drill`. */
export const providerDrillFormats = ({ fleet, generatedAt, plan, chains }: ProviderDrill) => ({
  text: ({ look }: ViewOptions) =>
    [...chains.flatMap((chain) => chainLines(chain, look)), renderLine(look, 0, [{ text: summary(chains) }]), ''].join('\n'),
  json: () => {
    const { mostNanos, unpriced } = estimateOf(plan);
    const spent = spentOf(chains);
    return jsonDocument(fleet, generatedAt, {
      estimate_usd: toUsd(mostNanos),
      unpriced_questions: unpriced,
      cost_usd: spent === null ? null : toUsd(spent),
      chains: chains.map(({ agent, links, crossing }) => ({
        agent,
        crosses: crossing.crosses,
        why: crossing.why,
        links: links.map((link) => ({
          hop: link.hop.name,
          provider: link.hop.provider,
          verdict: linkVerdict(link),
          not_asked: link.leftOut,
          probe: link.probe === null ? null : probeJson(link.probe),
        })),
      })),
    });
  },
});
