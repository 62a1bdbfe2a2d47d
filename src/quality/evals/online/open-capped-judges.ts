import type { AgentProtocol, Outcome, Turn } from '../../../agents/protocols/port.ts';
import { noWire, turnOf } from '../../../agents/protocols/turn.ts';
import type { Fleet } from '../../../fleet/agent.ts';
import type { Registry } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { keptText } from '../../../ground/redaction/kept-text.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Cache, Journal } from '../../../ground/store/port.ts';
import { noJudging } from '../../expect/conversation.ts';
import { chooseJudge, isComparing, isJudging } from '../../expect/judges/choice.ts';
import { type CallPrice, loadPricer } from '../../expect/judges/load-pricer.ts';
import { openJudges } from '../../expect/judges/open-judges.ts';
import type { Aids, Embedder, Expectation } from '../../expect/port.ts';
import { modelOf, modelsAsked, mostTokens } from './dearest-question.ts';
import type { Purse } from './open-purse.ts';

export interface CappedJudgesOptions {
  readonly protocols: Registry<AgentProtocol>;
  readonly cache: Cache;
  readonly journal: Journal;
  readonly concurrency: number;
  readonly purse: Purse;
}

/** The judges of a fleet, each of whose requests takes its money out of a purse first. What is remembered costs nothing and holds nothing. */
export const openCappedJudges = async (
  ctx: Context,
  fleet: Fleet,
  { protocols, cache, journal, concurrency, purse }: CappedJudgesOptions,
): Promise<Pick<Aids, 'judge' | 'embedder'>> => {
  const price = await loadPricer(fleet.prices);
  const { judge, embedder } = await openJudges(ctx, fleet, {
    protocols: cappedProtocols(ctx, protocols, price, purse),
    cache,
    journal,
    concurrency,
  });
  return {
    ...(judge === undefined ? {} : { judge }),
    ...(embedder === undefined ? {} : { embedder: cappedEmbedder(ctx, fleet, embedder, price, purse) }),
  };
};

/** Throws a usage error where a cap is to be kept and what one of the judges costs is not known. */
export const requirePrices = async (ctx: Pick<Context, 'clock'>, fleet: Fleet, expected: readonly Expectation[]): Promise<void> => {
  const price = await loadPricer(fleet.prices);
  const names = expected
    .filter(({ base }) => isJudging(base) || isComparing(base))
    .flatMap((each) => chooseJudge(fleet.judges, each).name ?? []);
  const blind = modelsAsked(fleet, names).find(([, model]) => price(model, oneToken, ctx.clock.now()) === null);
  if (blind === undefined) return;
  const [name, model] = blind;
  throw usageError({
    code: 'price_unknown',
    message: `what judge ${name} costs is not known${model === null ? '' : `: ${model} has no price`}, so a cap on money cannot be kept`,
    hint: `add prices: { ${model ?? 'MODEL'}: { input: 2.5, output: 10 } } to the manifest (dollars per million tokens), or leave --max-usd out`,
  });
};

const oneToken = { input: 1, output: 1, cachedRead: null, cachedWrite: null };

/** How a request can end that no provider takes money for. */
const isFree: ReadonlySet<Outcome> = new Set<Outcome>(['unreachable', 'unauthorized', 'rate_limited', 'checker_error']);
/** How one can end that may have been paid for without telling how much. */
const isDoubtful: ReadonlySet<Outcome> = new Set<Outcome>(['timeout', 'agent_error', 'malformed']);

const cappedProtocols = (
  { clock }: Pick<Context, 'clock'>,
  protocols: Registry<AgentProtocol>,
  price: CallPrice,
  purse: Purse,
): Registry<AgentProtocol> =>
  Object.fromEntries(
    Object.entries(protocols).map(([kind, load]) => [
      kind,
      async () => {
        const { default: adapter } = await load();
        const open = (config: unknown, world: Parameters<typeof adapter.open>[1]): AgentProtocol => {
          const protocol = adapter.open(config, world);
          const priceOf = (model: string | null, tokens: Parameters<CallPrice>[1]) => price(model, tokens, clock.now());
          const costOf = ({ outcome, costNanos, model, usage }: Turn, held: number): number | null => {
            const told = costNanos ?? priceOf(model, usage) ?? priceOf(modelOf(config), usage);
            if (told !== null) return told;
            if (isFree.has(outcome)) return 0;
            return isDoubtful.has(outcome) ? held : null;
          };
          return {
            ...protocol,
            async turn(ask, signal) {
              const { input, output } = mostTokens(config, ask.input);
              const hold = await purse.hold(priceOf(modelOf(config), { input, output, cachedRead: null, cachedWrite: null }));
              if (hold === null) return turnOf({ outcome: 'checker_error', cause: 'money cap', detail: purse.refusal() ?? '' }, noWire(0));
              const turn = await protocol.turn(ask, signal);
              await purse.settle(hold, costOf(turn, hold.nanos));
              return turn;
            },
          };
        };
        return { default: { ...adapter, open } };
      },
    ]),
  );

const cappedEmbedder = (
  { clock }: Pick<Context, 'clock'>,
  { judges }: Fleet,
  embedder: Embedder,
  price: CallPrice,
  purse: Purse,
): Embedder => ({
  async compare(text, references, wanted) {
    const { name } = chooseJudge(judges, { base: 'similar', judge: wanted });
    const model = name === null ? null : (judges[name]?.embeddings?.model ?? null);
    const { input } = mostTokens({}, [text, ...references].map(keptText).join('\n'));
    const hold = await purse.hold(price(model, { input, output: 0, cachedRead: null, cachedWrite: null }, clock.now()));
    if (hold === null) return { similarities: null, trouble: purse.refusal(), judging: noJudging };
    const likeness = await embedder.compare(text, references, wanted);
    await purse.settle(hold, likeness.judging.costNanos);
    return likeness;
  },
});
