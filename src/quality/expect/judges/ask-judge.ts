import { converse } from '../../../agents/protocols/converse.ts';
import { endpointLimits } from '../../../agents/protocols/endpoint-limits.ts';
import type { AgentProtocol, Outcome, Turn } from '../../../agents/protocols/port.ts';
import { newTraceId } from '../../../agents/protocols/trace-context.ts';
import type { Price } from '../../../fleet/agent.ts';
import type { Slot, World } from '../../../fleet/slots.ts';
import { dig } from '../../../ground/json.ts';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import { sumJudging } from '../conversation.ts';
import type { JudgeQuestion, Judging, SeatAnswer } from '../port.ts';
import { loadPricer } from './load-pricer.ts';
import { promptOf } from './prompt.ts';
import { readReply } from './reply.ts';

/** A model that can be asked. */
export interface Model {
  readonly name: string;
  readonly endpoint: Slot;
  readonly protocol: AgentProtocol;
  readonly prices: Readonly<Record<string, Price>>;
}

const usualTimeoutMs = 60_000;
const longestPauseMs = 30_000;
const firstPauseMs = 500;

/** How often a judge is asked in all where a question ended like this; not named: once. `ok` is an answer that cannot be read. */
const attempts: Partial<Record<Outcome, number>> = { ok: 2, malformed: 2, rate_limited: 4, agent_error: 3, unreachable: 2, timeout: 2 };

const codeLength = 12;
const newCode = (random: () => number): string => Array.from({ length: codeLength }, () => Math.floor(random() * 36).toString(36)).join('');

/**
 * One vote of one model, asked again where that may help. Never throws: what is wrong with the judge is told as its trouble, because it
 * says nothing about the answer.
 */
export const askJudge = async (
  world: World,
  { name, endpoint, protocol, prices }: Model,
  question: JudgeQuestion,
  signal: AbortSignal,
): Promise<SeatAnswer & { readonly judging: Judging }> => {
  const spent: Judging[] = [];
  for (let attempt = 1; ; attempt++) {
    const prompt = world.secrets.mask(promptOf(question, newCode(world.random)));
    const limits = endpointLimits(dig(endpoint.config, 'timeout'), null, usualTimeoutMs);
    const talk = { protocol, inputs: [prompt], traceId: newTraceId(world.random), limits, prices };
    const [turn] = await converse(world, talk, () => false, signal);
    if (turn === undefined) throw new Error('a conversation of one input has a turn');
    spent.push(await judgingOf(world, turn, prices));
    const reply = turn.outcome === 'ok' ? readReply(question.form, turn.text) : null;
    const judging = sumJudging(spent);
    if (reply !== null) return { judge: name, reply, trouble: null, judging };
    if (signal.aborted || attempt >= (attempts[turn.outcome] ?? 1)) {
      return { judge: name, reply: null, trouble: troubleOf(world, turn), judging };
    }
    const isUnread = turn.outcome === 'ok' || turn.outcome === 'malformed';
    if (!isUnread) await pause(world, turn, attempt, signal);
  }
};

const pause = async (world: World, { retryAfterMs }: Turn, attempt: number, signal: AbortSignal): Promise<void> => {
  const wanted = retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1) * (0.5 + world.random());
  await world.clock.sleep(Math.min(wanted, longestPauseMs), signal).catch(() => undefined);
};

const troubleOf = (world: World, { outcome, detail, text }: Turn): string => {
  const said = (words: string) => excerpt(world.secrets.mask(words));
  if (outcome === 'ok') return `it answered ${text.trim() === '' ? 'nothing' : `what is not the JSON it was asked for: ${said(text)}`}`;
  if (outcome === 'truncated') return 'its answer was cut off: let it say more, by max_tokens in the params of its endpoint';
  return detail === '' ? `its outcome is ${outcome}` : said(detail);
};

const judgingOf = async ({ clock }: World, { costNanos, usage, model }: Turn, prices: Model['prices']): Promise<Judging> => ({
  asked: 1,
  costNanos: costNanos ?? (await loadPricer(prices))(model, usage, clock.now()),
  inputTokens: usage?.input ?? 0,
  outputTokens: usage?.output ?? 0,
});
