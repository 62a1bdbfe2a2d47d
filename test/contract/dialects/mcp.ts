import { digNumber, digString, type Json } from '../../../src/ground/json.ts';
import { json } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const results: Readonly<Record<string, Json>> = {
  'server/discover': { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
  'tools/list': { resultType: 'complete', tools: [{ name: 'ping', inputSchema: { type: 'object' } }] },
  'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'pong' }] },
};

/** There is no first token in MCP, so that only whole answers can be held to the contract; its streams are tested with the adapter. */
const dialect: Dialect = {
  modes: ['whole'],
  endpoint: (url) => ({ url: ref(`${url}/mcp`), headers: { authorization: keyRef }, tool: 'ping', arguments: { text: '{{input}}' } }),
  carriesPrompt: ({ headers }) => headers['mcp-method'] === 'tools/call',
  healthy: () => (request, response) => {
    const result = results[digString(request.json, 'method') ?? ''] ?? null;
    return json({ jsonrpc: '2.0', id: digNumber(request.json, 'id'), result })(request, response);
  },
};
export default dialect;
