// The official clients, as judges: one asks an agent over its protocol and prints, as JSON, what it understood.
// Usage: official-clients.mjs PROTOCOL URL QUESTION [TOKEN]

const [protocol, url, question, token = 'none'] = process.argv.slice(2);
const user = { role: 'user', content: question };

/** How a call was refused. */
const refusal = (call) => call.then(() => null).catch((thrown) => ({ error: thrown.constructor.name, status: thrown.status }));

const chat = async () => {
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
  const ask = { model: 'chat-1', messages: [user] };
  const read = ({ choices: [{ message, finish_reason }], usage, model }) => ({
    text: message.content,
    tools: (message.tool_calls ?? []).map(({ function: called }) => [called.name, JSON.parse(called.arguments)]),
    finish: finish_reason,
    usage: [usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens],
    model,
  });
  const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
  return {
    models: (await client.models.list()).data.map(({ id }) => id),
    whole: read(await client.chat.completions.create(ask)),
    streamed: read(await stream.finalChatCompletion()),
    refused: await refusal(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'wrong', maxRetries: 0 }).chat.completions.create(ask)),
  };
};

const responses = async () => {
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
  const ask = { model: 'reader-1', input: question, store: false };
  const read = ({ status, output_text: text, usage, model }) => ({ status, text, usage: [usage.input_tokens, usage.output_tokens], model });
  const stream = client.responses.stream(ask);
  const types = new Set();
  for await (const { type } of stream) types.add(type);
  return {
    whole: read(await client.responses.create(ask)),
    streamed: read(await stream.finalResponse()),
    events: [...types],
    refused: await refusal(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'wrong', maxRetries: 0 }).responses.create(ask)),
  };
};

const messages = async () => {
  const { default: Anthropic } = await import('@anthropic-ai/sdk');
  const client = new Anthropic({ baseURL: url, apiKey: token, maxRetries: 0 });
  const ask = { model: 'writer-1', max_tokens: 100, messages: [user] };
  const read = ({ content, stop_reason: stop, usage, model }) => ({
    text: content.map(({ text }) => text).join(''),
    stop,
    usage: [usage.input_tokens, usage.output_tokens],
    model,
  });
  return {
    whole: read(await client.messages.create(ask)),
    streamed: read(await client.messages.stream(ask).finalMessage()),
    refused: await refusal(new Anthropic({ baseURL: url, apiKey: 'wrong', maxRetries: 0 }).messages.create(ask)),
  };
};

const tools = async () => {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const client = new Client({ name: 'judge', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  const listed = await client.listTools();
  const called = await client.callTool({ name: 'search_kb', arguments: { query: question } });
  await client.close();
  return { server: client.getServerVersion(), tools: listed.tools.map(({ name }) => name), found: called.structuredContent };
};

const tasks = async () => {
  const { ClientFactory } = await import('@a2a-js/sdk/client');
  const { Role, TaskState } = await import('@a2a-js/sdk');
  const client = await new ClientFactory().createFromUrl(url);
  const part = { content: { $case: 'text', value: question }, metadata: undefined, filename: '', mediaType: '' };
  const ids = { messageId: 'm1', contextId: '', taskId: '' };
  const message = { ...ids, role: Role.ROLE_USER, parts: [part], metadata: undefined, extensions: [], referenceTaskIds: [] };
  const ask = { message, configuration: undefined, metadata: undefined, tenant: '' };
  const textOf = (parts = []) => parts.map(({ content }) => content.value).join('');
  const task = await client.sendMessage(ask);
  const states = [];
  let streamed = '';
  for await (const { payload } of client.sendMessageStream(ask)) {
    const { status, artifact } = payload.value;
    if (status !== undefined) states.push(TaskState[status.state]);
    streamed += textOf(artifact?.parts);
  }
  const { name, skills } = await client.getAgentCard();
  const whole = { state: TaskState[task.status.state], text: textOf(task.artifacts?.[0]?.parts) };
  return { card: [name, skills.map(({ id }) => id)], whole, states, streamed };
};

const runs = async () => {
  const { HttpAgent } = await import('@ag-ui/client');
  const agent = new HttpAgent({ url: `${url}/run`, initialMessages: [{ id: '1', ...user }] });
  const { newMessages } = await agent.runAgent();
  return {
    tools: newMessages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ function: { name } }) => name)),
    results: newMessages.filter(({ role }) => role === 'tool').map(({ content }) => content),
    text: newMessages.at(-1).content,
  };
};

const graph = async () => {
  const { Client } = await import('@langchain/langgraph-sdk');
  const client = new Client({ apiUrl: url, apiKey: null });
  const [assistant] = await client.assistants.search();
  const { thread_id: thread } = await client.threads.create();
  const paused = await client.runs.wait(thread, 'refunds', { input: { messages: [user] } });
  const resumed = await client.runs.wait(thread, 'refunds', { command: { resume: 'yes' } });
  const events = [];
  for await (const { event } of client.runs.stream(null, 'refunds', { input: { messages: [user] }, streamMode: 'values' }))
    events.push(event);
  await client.threads.delete(thread);
  return { graph: assistant.graph_id, asks: paused.__interrupt__.map(({ value }) => value), text: resumed.messages.at(-1).content, events };
};

const judges = {
  'openai-chat': chat,
  'openai-responses': responses,
  anthropic: messages,
  mcp: tools,
  a2a: tasks,
  'ag-ui': runs,
  langgraph: graph,
};
console.log(JSON.stringify(await judges[protocol]()));
