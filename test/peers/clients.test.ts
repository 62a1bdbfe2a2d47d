import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { systemProcesses } from '../../src/ground/runtime/process.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { peersFolder } from './start-peer.ts';

const agents = resolve(import.meta.dirname, '../../fixtures/demo/agents');
const token = 'the-token-of-the-demo';

/** Starts one agent of the demo; gone when the test is over. */
const startAgent = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const service = await systemProcesses.start(
    {
      argv: [process.execPath, join(agents, `${name}.mjs`), '--leashed'],
      env: { ...systemProcesses.baseEnv, DEMO_TOKEN: token, ...env },
      ready: /listening on (\S+)\n/,
      readyMs: 10_000,
    },
    new AbortController().signal,
  );
  onTestFinished(service.stop);
  return service.match[1] ?? '';
};

/** What the protocol's official client understood. */
const judged = async (protocol: string, url: string, question: string): Promise<unknown> => {
  const argv = [join(peersFolder, 'official-clients.mjs'), protocol, url, question, token];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env: { ...systemProcesses.baseEnv } });
  return JSON.parse(stdout);
};

describeWithPeer('the openai client', { packages: ['openai'] }, () => {
  test('reads chat completions and their stream alike', async () => {
    const answer = {
      text: expect.stringContaining('within 30 days of delivery'),
      tools: [['search_kb', { query: 'return window phone' }]],
      finish: 'stop',
      usage: [1622, 37, 1100],
      model: 'chat-1',
    };
    expect(await judged('openai-chat', await startAgent('support'), 'May I return a phone?')).toEqual({
      models: ['chat-1'],
      whole: answer,
      streamed: answer,
      refused: { error: 'AuthenticationError', status: 401 },
    });
  });

  test('reads a plain answer without tools', async () => {
    const seen = await judged('openai-chat', await startAgent('policy-bot'), 'How long is the warranty?');
    expect(seen).toMatchObject({ whole: { text: 'Every device has a warranty of 24 months.', tools: [] } });
  });

  test('reads responses and every event of their stream', async () => {
    const text = '{"number":"INV-7","currency":"EUR","net":100,"tax":19,"total":119}';
    const answer = { status: 'completed', text, usage: [884, 46], model: 'reader-1' };
    expect(await judged('openai-responses', await startAgent('invoices'), 'INV-7, net 100.00 EUR')).toEqual({
      whole: answer,
      streamed: answer,
      events: expect.arrayContaining(['response.created', 'response.output_text.delta', 'response.completed']),
      refused: { error: 'AuthenticationError', status: 401 },
    });
  });
});

describeWithPeer('the anthropic client', { packages: ['@anthropic-ai/sdk'] }, () => {
  test('reads messages and their stream alike', async () => {
    const answer = { text: expect.stringContaining('broken display'), stop: 'end_turn', usage: [2210, 29], model: 'writer-1' };
    expect(await judged('anthropic', await startAgent('summarizer'), 'Sum up.')).toEqual({
      whole: answer,
      streamed: answer,
      refused: { error: 'AuthenticationError', status: 401 },
    });
  });
});

describeWithPeer('the MCP client', { packages: ['@modelcontextprotocol/sdk'] }, () => {
  test('shakes hands, lists the tools and calls one', async () => {
    expect(await judged('mcp', await startAgent('kb-search'), 'return window')).toEqual({
      server: { name: 'kb-search', version: '3.2.0' },
      tools: ['search_kb', 'read_article'],
      found: { articles: [expect.objectContaining({ id: 'kb-17' })] },
    });
  });
});

describeWithPeer('the A2A client', { packages: ['@a2a-js/sdk'] }, () => {
  const card = ['orders', ['track-order', 'change-order']];

  test('finds the agent by its card and follows its task', async () => {
    const stock = await startAgent('stock');
    const orders = await startAgent('orders', { DEMO_STOCK_PORT: new URL(stock).port });
    const text = 'Order A-7 ships today: 41 of phone-x in stock.';
    expect(await judged('a2a', orders, 'Where is A-7?')).toEqual({
      card,
      whole: { state: 'TASK_STATE_COMPLETED', text },
      states: ['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING', 'TASK_STATE_COMPLETED'],
      streamed: text,
    });
  });

  test('sees the task fail while the agent it depends on is down', async () => {
    const orders = await startAgent('orders', { DEMO_STOCK_PORT: '1' });
    expect(await judged('a2a', orders, 'Where is A-7?')).toMatchObject({ card, whole: { state: 'TASK_STATE_FAILED', text: '' } });
  });
});

describeWithPeer('the AG-UI client', { packages: ['@ag-ui/client'] }, () => {
  test('takes every event of the run and keeps its messages', async () => {
    expect(await judged('ag-ui', await startAgent('onboarding'), "Prepare Dana's first day in Lisbon.")).toEqual({
      tools: ['create_account', 'order_laptop', 'book_desk'],
      results: ['created', 'arrives on Friday', 'desk 4.12'],
      text: expect.stringContaining('Dana can start in Lisbon'),
    });
  });
});

describeWithPeer('the LangGraph client', { packages: ['@langchain/langgraph-sdk'] }, () => {
  test('is asked for an approval, gives it, and reads the answer', async () => {
    expect(await judged('langgraph', await startAgent('refunds'), 'Refund $12 for order A-1042.')).toEqual({
      graph: 'refunds',
      asks: ['Approve a refund of $12?'],
      text: 'The refund is paid.',
      events: ['metadata', 'values'],
    });
  });
});
