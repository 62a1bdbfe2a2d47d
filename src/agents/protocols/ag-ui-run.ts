import { dig, digArray, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';
import { agUiMessages } from './ag-ui-messages.ts';
import type { Usage } from './port.ts';
import type { StreamReader } from './send-exchange.ts';
import { addUsage, excerpt, type Said } from './turn.ts';

export interface RunReader extends StreamReader {
  /** What the run says, whether or not it came to its end. */
  said(host: string): Said;
  /** The conversation after the run: what the next run is given. */
  history(): readonly JsonObject[];
  /** What the next run has to answer. */
  interrupts(): readonly Json[];
}

/** Folds the events of one AG-UI run that was given the messages `before`. */
export const runReader = (before: readonly JsonObject[]): RunReader => {
  const messages = agUiMessages(before);
  const chunks = chunkLanes();
  let started = false;
  let begun = false;
  let steps: number | null = null;
  let last: JsonObject | null = null;
  let broken: string | null = null;

  const text = (event: JsonObject, id: string) => {
    const delta = digString(event, 'delta') ?? '';
    if (!messages.addText(id, delta)) broken = `text for the message ${excerpt(id)}, which was not started`;
    begun ||= delta !== '';
  };
  const startCall = (event: JsonObject, id: string) => {
    begun = true;
    messages.startCall(id, event);
  };
  const callArguments = (event: JsonObject, id: string) => {
    const known = messages.addArguments(id, digString(event, 'delta') ?? '');
    if (!known) broken = `arguments for the tool call ${excerpt(id)}, which was not started`;
  };
  const withId = (key: string, fold: (event: JsonObject, id: string) => void) => (event: JsonObject) => {
    const id = digString(event, key);
    if (id === null) broken = `${excerpt(JSON.stringify(event))} has no ${key}`;
    else fold(event, id);
  };
  const chunk = (key: 'messageId' | 'toolCallId', fold: (event: JsonObject, id: string) => void) => (event: JsonObject) => {
    const id = chunks(key, event);
    if (id === null) broken = `${excerpt(JSON.stringify(event))} carries nothing on`;
    else fold(event, id);
  };
  const end = (event: JsonObject) => {
    last = event;
  };

  const folds: Readonly<Record<string, (event: JsonObject) => void>> = {
    TEXT_MESSAGE_START: withId('messageId', (event, id) => messages.startText(id, event)),
    TEXT_MESSAGE_CONTENT: withId('messageId', text),
    TEXT_MESSAGE_CHUNK: chunk('messageId', (event, id) => {
      if (!messages.hasText(id)) messages.startText(id, event);
      text(event, id);
    }),
    TOOL_CALL_START: withId('toolCallId', startCall),
    TOOL_CALL_ARGS: withId('toolCallId', callArguments),
    TOOL_CALL_CHUNK: chunk('toolCallId', (event, id) => {
      if (!messages.hasCall(id)) startCall(event, id);
      callArguments(event, id);
    }),
    TOOL_CALL_RESULT: withId('messageId', (event, id) => messages.addResult(id, event)),
    MESSAGES_SNAPSHOT: (event) => {
      messages.replace(digArray(event, 'messages'));
      begun ||= messages.answer().text !== '';
    },
    STEP_STARTED: () => {
      steps = (steps ?? 0) + 1;
    },
    RUN_FINISHED: end,
    RUN_ERROR: end,
  };

  return {
    event({ data }) {
      if (data.trim() === '') return;
      const event = parseJson(data);
      const type = digString(event, 'type');
      if (!isObject(event) || type === null) broken = `${excerpt(data)} is not an event`;
      else if (!started && type !== 'RUN_STARTED' && type !== 'RUN_ERROR')
        broken = `it begins with ${excerpt(type)} and not with RUN_STARTED`;
      else if (Object.hasOwn(folds, type)) folds[type]?.(event);
      started = true;
    },
    get begun() {
      return begun;
    },
    get ended() {
      return last !== null;
    },
    get broken() {
      return broken;
    },
    said: (host) => ({ ...messages.answer(), steps, ...endSaid(last, host) }),
    history: () => messages.history(),
    interrupts: () => digArray(last, 'outcome', 'interrupts'),
  };
};

/** A chunk without an id carries on what the last one of its kind named, each subagent for itself. */
const chunkLanes = () => {
  const open = new Map<string, string>();
  return (key: string, event: JsonObject): string | null => {
    const lane = `${key} ${digString(event, 'subagentRunId') ?? ''}`;
    const id = digString(event, key) ?? open.get(lane);
    if (id === undefined) return null;
    open.set(lane, id);
    return id;
  };
};

const endSaid = (last: JsonObject | null, host: string): Omit<Said, 'text' | 'toolCalls' | 'steps'> => {
  const usage = digArray(last, 'usage');
  const models = new Set(usage.map((entry) => digString(entry, 'model')));
  const read = {
    usage: usage.map(usageOf).reduce(addUsage, null),
    model: models.size === 1 ? ([...models][0] ?? null) : null,
    structured: (dig(last, 'result') ?? null) as Json,
    stopReason: digString(last, 'outcome', 'type'),
  };
  if (digString(last, 'type') === 'RUN_ERROR') {
    const code = digString(last, 'code');
    const detail = `the run at ${host} failed${code === null ? '' : ` (${excerpt(code)})`}: ${excerpt(digString(last, 'message') ?? '')}`;
    return { ...read, outcome: 'agent_error', cause: 'run failed', detail };
  }
  if (read.stopReason === null || read.stopReason === 'success') return { ...read, outcome: 'ok' };
  if (read.stopReason === 'interrupt') {
    const asks = digArray(last, 'outcome', 'interrupts').map((asked) => excerpt(digString(asked, 'message') ?? JSON.stringify(asked)));
    return { ...read, outcome: 'interrupted', cause: 'interrupt', detail: `the run at ${host} waits for an answer to ${asks.join('; ')}` };
  }
  const how = excerpt(read.stopReason);
  return { ...read, outcome: 'agent_error', cause: `run ${how}`, detail: `the run at ${host} ended as ${how}` };
};

/** Cached and reasoning tokens are parts of input and output. */
const usageOf = (entry: Json): Usage | null =>
  isObject(entry)
    ? {
        input: digNumber(entry, 'inputTokens'),
        output: digNumber(entry, 'outputTokens'),
        cachedRead: digNumber(entry, 'cachedInputTokens'),
        cachedWrite: digNumber(entry, 'cacheWriteInputTokens'),
        reasoning: digNumber(entry, 'reasoningTokens'),
      }
    : null;
