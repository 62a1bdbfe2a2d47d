import { createServer } from 'node:http';
import { EventType } from '@ag-ui/core';
import { RunAgentInputSchema } from '@ag-ui/core/schemas';
import { EventEncoder } from '@ag-ui/encoder';

const text = (messageId, ...deltas) => [
  { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' },
  ...deltas.map((delta) => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta })),
  { type: EventType.TEXT_MESSAGE_END, messageId },
];
const tool = (toolCallId, toolCallName, ...deltas) => [
  { type: EventType.TOOL_CALL_START, toolCallId, toolCallName },
  ...deltas.map((delta) => ({ type: EventType.TOOL_CALL_ARGS, toolCallId, delta })),
  { type: EventType.TOOL_CALL_END, toolCallId },
];
const result = (toolCallId, content) => ({
  type: EventType.TOOL_CALL_RESULT,
  messageId: `${toolCallId}-result`,
  toolCallId,
  content,
  role: 'tool',
});
const step = (stepName, events) => [{ type: EventType.STEP_STARTED, stepName }, ...events, { type: EventType.STEP_FINISHED, stepName }];
const usage = [
  { provider: 'p', model: 'scripted-1', inputTokens: 3, outputTokens: 2, totalTokens: 5, cachedInputTokens: 1 },
  { provider: 'p', model: 'scripted-1', inputTokens: 4, outputTokens: 1, totalTokens: 5, reasoningTokens: 1 },
];

/** What the agent does for the last user message: its events between the first and the last, and how the run ends. */
const script = ({ runId, messages, resume }) => {
  const said = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
  const id = (name) => `${runId}-${name}`;
  const success = { outcome: { type: 'success' }, usage, result: { answered: said } };
  if (resume !== undefined) return { events: text(id('m'), `approved: ${resume[0].payload}`), end: success };
  if (said === 'approve') {
    const interrupts = [{ id: 'i1', reason: 'approval', message: 'refund $40?' }];
    return { events: text(id('m'), 'one moment'), end: { outcome: { type: 'interrupt', interrupts } } };
  }
  if (said === 'cancel') return { events: [], end: { outcome: { type: 'cancelled' } } };
  if (said === 'fail') return { events: text(id('m'), 'half'), error: { message: 'boom', code: 'E1' } };
  if (said === 'lookup') {
    const look = [...text(id('m1'), 'let me see'), ...tool(id('c'), 'lookup', '{"a"', ':1}')];
    const say = [...text(id('m2'), 'it is ', '42'), result(id('c'), '42')];
    return { events: [...step('look', look), ...step('say', say)], end: success };
  }
  if (said === 'chunks') {
    const events = [
      { type: EventType.TEXT_MESSAGE_CHUNK, messageId: id('m'), role: 'assistant', delta: 'in ' },
      { type: EventType.TEXT_MESSAGE_CHUNK, delta: 'chunks' },
      { type: EventType.TOOL_CALL_CHUNK, toolCallId: id('c'), toolCallName: 'lookup', delta: '{"a"' },
      { type: EventType.TOOL_CALL_CHUNK, delta: ':1}' },
    ];
    return { events, end: {} };
  }
  if (said === 'snapshot') {
    const answer = { id: id('m'), role: 'assistant', content: 'from a snapshot' };
    return { events: [{ type: EventType.MESSAGES_SNAPSHOT, messages: [...messages, answer] }], end: {} };
  }
  return { events: text(id('m'), `${messages.length}: `, said), end: success };
};

createServer((request, response) => {
  if (request.method !== 'POST') return response.writeHead(405).end();
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const input = JSON.parse(Buffer.concat(pieces).toString());
    const { success, error: problem } = RunAgentInputSchema.safeParse(input);
    if (!success) return response.writeHead(400).end(problem.message);
    const { threadId, runId } = input;
    const encoder = new EventEncoder({ accept: request.headers.accept });
    const { events, end, error } = script(input);
    response.writeHead(200, { 'content-type': encoder.getContentType() });
    for (const event of [
      { type: EventType.RUN_STARTED, threadId, runId },
      ...events,
      error === undefined ? { type: EventType.RUN_FINISHED, threadId, runId, ...end } : { type: EventType.RUN_ERROR, ...error },
    ]) {
      response.write(encoder.encodeSSE(event));
    }
    response.end();
  });
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('up'));
