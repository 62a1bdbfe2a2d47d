import type { ToolCall, Turn, Usage } from '../../agents/protocols/port.ts';
import { parseJson } from '../../ground/json.ts';
import type { ShownRun, ShownSpan, ShownTrace } from '../../telemetry/traces/trace.cache.ts';
import type { KeptText } from '../../telemetry/traces/trace-list.cache.ts';
import { answeredText, askedText } from './told-text.ts';

/** What was asked in production, and the turn that answered it. */
export interface RecordedTurn {
  readonly input: string;
  readonly turn: Turn;
}

/**
 * One request to an agent as the turn it was. Null where what was asked, or what was answered, is not kept. Tools are those of its own
 * spans, in the order they were called; their arguments are known where they are kept.
 */
export const recordedTurn = ({ spans, traceId }: ShownTrace, run: ShownRun, texts: ReadonlyMap<string, KeptText>): RecordedTurn | null => {
  const own = spans.filter(({ runNo }) => runNo === run.runNo).sort((a, b) => a.startUs - b.startUs);
  const models = own.filter(({ kind }) => kind === 'llm');
  const entry = texts.get(run.entryId);
  const asked = entry?.input ?? textOf(models[0], texts)?.input ?? null;
  const answered = entry?.output ?? textOf(models.at(-1), texts)?.output ?? null;
  if (asked === null || (answered === null && !run.isError)) return null;
  const calls = own.filter(({ kind }) => kind === 'tool').map((span): ToolCall => toolCall(span, texts));
  const complaints = own.flatMap(({ id, status }) => (status === 'error' ? (texts.get(id)?.message ?? []) : []));
  return {
    input: askedText(asked),
    turn: {
      outcome: run.isError ? 'agent_error' : 'ok',
      cause: run.isError ? (run.errorType ?? 'error') : null,
      detail: run.isError ? (complaints[0] ?? 'the request failed') : '',
      httpStatus: null,
      text: answered === null ? '' : answeredText(answered),
      structured: null,
      toolCalls: calls,
      usage: usageOf(run),
      costNanos: run.unpriced > 0 ? null : run.costNanos,
      costSource: run.unpriced > 0 ? null : 'reported',
      steps: run.steps,
      stopReason: null,
      model: models.at(-1)?.model ?? null,
      traceId,
      timings: {
        connectMs: null,
        firstByteMs: null,
        firstTokenMs: run.ttftUs === null ? null : run.ttftUs / 1000,
        longestGapMs: null,
        totalMs: (run.durationUs ?? 0) / 1000,
      },
      thread: null,
      retryAfterMs: null,
      certificateDays: null,
      card: null,
    },
  };
};

const textOf = (span: ShownSpan | undefined, texts: ReadonlyMap<string, KeptText>): KeptText | undefined =>
  span === undefined ? undefined : texts.get(span.id);

const toolCall = ({ id, name }: ShownSpan, texts: ReadonlyMap<string, KeptText>): ToolCall => {
  const told = texts.get(id)?.input ?? null;
  return { id, name, args: told === null ? null : (parseJson(told) ?? told) };
};

const usageOf = ({ inputTokens, outputTokens, cachedTokens }: ShownRun): Usage | null =>
  inputTokens + outputTokens === 0
    ? null
    : { input: inputTokens, output: outputTokens, cachedRead: cachedTokens, cachedWrite: null, reasoning: null };
