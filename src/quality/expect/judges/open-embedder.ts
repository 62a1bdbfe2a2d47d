import { soundTokens } from '../../../agents/protocols/turn.ts';
import { openOpenai } from '../../../clients/openai.ts';
import type { Fleet } from '../../../fleet/agent.ts';
import { digArray, digNumber, digString, type Json } from '../../../ground/json.ts';
import { keptText } from '../../../ground/redaction/kept-text.ts';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Turnstile } from '../../../ground/runtime/turnstile.ts';
import { noJudging } from '../conversation.ts';
import type { Embedder, Judging, Likeness } from '../port.ts';
import { chooseJudge } from './choice.ts';
import { cosine } from './cosine.ts';
import { similarityKey } from './identity.ts';
import { loadPricer } from './load-pricer.ts';
import type { Memory } from './open-memory.ts';

/** Compares by the embeddings of an OpenAI-compatible server: `POST /embeddings`. Texts are masked before they are sent. */
export const openEmbedder = (
  ctx: Context,
  { judges, prices }: Pick<Fleet, 'judges' | 'prices'>,
  { turnstile, memory }: { readonly turnstile: Turnstile; readonly memory: Memory },
): Embedder => ({
  async compare(text, references, wanted) {
    const choice = chooseJudge(judges, { base: 'similar', judge: wanted });
    const endpoint = choice.name === null ? undefined : judges[choice.name]?.embeddings;
    if (choice.name === null || endpoint === undefined) return unknown(choice.problem ?? 'there are no embeddings', noJudging);
    const { name } = choice;
    const shown = (each: string) => ctx.secrets.mask(keptText(each));
    const [masked, others] = [shown(text), references.map(shown)];
    return memory.recall<Likeness>(
      similarityKey(endpoint, masked, others),
      () =>
        turnstile(async () => {
          const api = openOpenai(endpoint, ctx);
          const body = { model: endpoint.model, input: [masked, ...others], encoding_format: 'float' };
          const { answer, trouble } = await api.ask({ method: 'POST', path: '/embeddings', body, repeatable: true }, ctx.signal);
          if (trouble !== null) return unknown(`${name}: ${excerpt(ctx.secrets.mask(trouble.message))}`, noJudging);
          const input = soundTokens(digNumber(answer.json, 'usage', 'prompt_tokens'));
          const tokens = input === null ? null : { input, output: 0, cachedRead: null, cachedWrite: null };
          const price = await loadPricer(prices);
          const costNanos = price(digString(answer.json, 'model') ?? endpoint.model, tokens, ctx.clock.now());
          const judging: Judging = { asked: 1, costNanos, inputTokens: input ?? 0, outputTokens: 0 };
          const vectors = vectorsIn(answer.json, 1 + others.length);
          const first = vectors?.[0];
          const similarities = vectors?.slice(1).map((vector) => (first === undefined ? null : cosine(first, vector))) ?? [null];
          if (similarities.some((similarity) => similarity === null))
            return unknown(`${name}: ${api.host()} answered without usable embeddings`, judging);
          return { similarities: similarities.filter((similarity) => similarity !== null), trouble: null, judging };
        }),
      {
        keep: ({ similarities }) => similarities,
        revive: (said) => (Array.isArray(said) ? { similarities: said as readonly number[], trouble: null, judging: noJudging } : null),
      },
    );
  },
});

const unknown = (trouble: string, judging: Judging): Likeness => ({ similarities: null, trouble, judging });

/** The vectors of an answer in the order of the texts, which `index` tells; null where one is missing or is no list of numbers. */
const vectorsIn = (answer: Json, wanted: number): readonly (readonly number[])[] | null => {
  const vectors: (readonly number[])[] = [];
  for (const [at, item] of digArray(answer, 'data').entries()) {
    const vector = digArray(item, 'embedding');
    if (vector.length > 0 && vector.every((value) => typeof value === 'number')) {
      vectors[digNumber(item, 'index') ?? at] = vector as readonly number[];
    }
  }
  return Array.from({ length: wanted }, (_, at) => vectors[at]).every((vector) => vector !== undefined) ? vectors : null;
};
