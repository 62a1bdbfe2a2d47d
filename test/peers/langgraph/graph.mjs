import { AIMessage, ToolMessage } from '@langchain/core/messages';
import { interrupt, MessagesAnnotation, StateGraph } from '@langchain/langgraph';

const usage = {
  input_tokens: 3,
  output_tokens: 2,
  total_tokens: 5,
  input_token_details: { cache_read: 1 },
  output_token_details: { reasoning: 1 },
};
const response_metadata = { finish_reason: 'stop', model_name: 'scripted-1' };
const lookup = { id: 'call-1', name: 'lookup', args: { a: 1 }, type: 'tool_call' };

const untilAborted = (signal) =>
  new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('nobody stopped the run')), 60_000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      console.log('the run was stopped');
      reject(new Error('stopped'));
    });
  });

/** Behaves as it is told by the last human message. */
const model = async ({ messages }, { signal }) => {
  const said = messages.filter((message) => message.getType() === 'human').at(-1).content;
  const asked = messages.at(-1).getType() === 'human';
  if (said === 'fail') throw new Error('boom');
  if (said === 'approve') return { messages: [new AIMessage(`approved: ${interrupt({ question: 'refund $40?' })}`)] };
  if (said === 'hang') await untilAborted(signal);
  if (said === 'lookup' && asked) {
    return { messages: [new AIMessage({ content: [{ type: 'text', text: 'let me see' }], tool_calls: [lookup], usage_metadata: usage })] };
  }
  return { messages: [new AIMessage({ content: `${messages.length}: ${said}`, usage_metadata: usage, response_metadata })] };
};

const tools = () => ({ messages: [new ToolMessage({ content: '42', tool_call_id: lookup.id })] });

export const graph = new StateGraph(MessagesAnnotation)
  .addNode('model', model)
  .addNode('tools', tools)
  .addEdge('__start__', 'model')
  .addConditionalEdges('model', ({ messages }) => (messages.at(-1).tool_calls?.length ? 'tools' : '__end__'))
  .addEdge('tools', 'model')
  .compile();
