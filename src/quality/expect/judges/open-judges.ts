import type { AgentProtocol } from '../../../agents/protocols/port.ts';
import type { Fleet, JudgeSettings } from '../../../fleet/agent.ts';
import type { Registry } from '../../../fleet/slots.ts';
import type { Json } from '../../../ground/json.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import { openTurnstile, type Turnstile } from '../../../ground/runtime/turnstile.ts';
import type { Cache, Journal } from '../../../ground/store/port.ts';
import { noJudging, sumJudging } from '../conversation.ts';
import type { Aids, Hearing, Judge, JudgeQuestion, JudgeReply, Judging, SeatAnswer } from '../port.ts';
import { askJudge, type Model } from './ask-judge.ts';
import { chooseJudge } from './choice.ts';
import { identityOf, verdictKey } from './identity.ts';
import { openEmbedder } from './open-embedder.ts';
import { type Memory, openMemory } from './open-memory.ts';
import { readStandings } from './read-standings.ts';

export interface JudgeOptions {
  readonly protocols: Registry<AgentProtocol>;
  /** Where verdicts are remembered; null: nowhere, every answer is judged anew. */
  readonly cache: Cache | null;
  /** Where calibrations are kept; null: only those in files are known. */
  readonly journal: Journal | null;
  /** What may be open at once for all judges together. */
  readonly concurrency?: number;
}

const usualConcurrency = 8;

/**
 * The judges of a fleet, as assertions take them; nothing where the manifest has none. Sends nothing yet. Throws where a calibration
 * file cannot be read.
 */
export const openJudges = async (ctx: Context, fleet: Fleet, options: JudgeOptions): Promise<Pick<Aids, 'judge' | 'embedder'>> => {
  const { judges } = fleet;
  if (Object.keys(judges).length === 0) return {};
  const standing = await readStandings(ctx, fleet, options.journal);
  const models = await openModels(ctx, fleet, options.protocols);
  const turnstile = openTurnstile(options.concurrency ?? usualConcurrency);
  const memory = openMemory(ctx, options.cache);
  const judge: Judge = {
    async hear(question, wanted) {
      const choice = chooseJudge(judges, { base: 'llm-rubric', judge: wanted });
      if (choice.name === null) return unheard(`${choice.problem}: ${choice.hint ?? ''}`);
      const seats = seatsOf(judges, choice.name);
      const heard = await Promise.all(
        seats.map(({ model: name, vote }) => {
          const model = models.get(name);
          if (model === undefined) throw new Error(`the manifest was accepted with a judge ${name} that cannot be asked`);
          return hearOne(ctx, model, { judges, question, vote }, { turnstile, memory });
        }),
      );
      return {
        seats: heard.map(({ judging: _, ...seat }) => seat),
        advisory: standing(choice.name, question.form),
        judging: sumJudging(heard.map(({ judging }) => judging)),
      };
    },
  };
  return { judge, embedder: openEmbedder(ctx, fleet, { turnstile, memory }) };
};

const unheard = (trouble: string): Hearing => ({
  seats: [{ judge: 'nobody', reply: null, trouble }],
  advisory: null,
  judging: noJudging,
});

/** The votes that a grade takes: each member of a panel as often as it votes. */
const seatsOf = (judges: Readonly<Record<string, JudgeSettings>>, name: string): readonly { model: string; vote: number }[] =>
  (judges[name]?.panel ?? [name]).flatMap((model) => Array.from({ length: judges[model]?.votes ?? 1 }, (_, vote) => ({ model, vote })));

const openModels = async (
  ctx: Context,
  { judges, prices }: Fleet,
  protocols: Registry<AgentProtocol>,
): Promise<ReadonlyMap<string, Model>> => {
  const models = new Map<string, Model>();
  for (const [name, { endpoint }] of Object.entries(judges)) {
    if (endpoint === undefined) continue;
    const load = protocols[endpoint.kind];
    if (load === undefined) throw new Error(`the manifest was accepted with protocol ${endpoint.kind}, which is not registered`);
    const protocol = (await load()).default.open(endpoint.config, ctx);
    models.set(name, { name, endpoint, protocol, prices });
  }
  return models;
};

interface Vote {
  readonly judges: Readonly<Record<string, JudgeSettings>>;
  readonly question: JudgeQuestion;
  readonly vote: number;
}

const hearOne = (
  ctx: Context,
  model: Model,
  { judges, question, vote }: Vote,
  { turnstile, memory }: { readonly turnstile: Turnstile; readonly memory: Memory },
): Promise<SeatAnswer & { readonly judging: Judging }> =>
  memory.recall<SeatAnswer & { readonly judging: Judging }>(
    verdictKey(identityOf(judges, model.name, question.form), question, vote),
    () => turnstile(() => askJudge(ctx, model, question, ctx.signal)),
    {
      keep: ({ reply }) => reply as Json,
      revive: (said) => ({ judge: model.name, reply: said as unknown as JudgeReply, trouble: null, judging: noJudging }),
    },
  );
