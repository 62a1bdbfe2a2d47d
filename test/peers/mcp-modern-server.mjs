// A real MCP server of the 2026-07-28 revision on the official SDK; MCP_LEGACY=stateless lets it answer older clients as well.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, inputRequired, McpServer } from '@modelcontextprotocol/server';

const text = (value) => ({ content: [{ type: 'text', text: value }] });
const object = (properties) => fromJsonSchema({ type: 'object', properties, required: Object.keys(properties) });

const handler = createMcpHandler(
  () => {
    const server = new McpServer({ name: 'modern', version: '4.5.6' }, { capabilities: { tools: {} } });
    const tool = (name, inputSchema, run) => server.registerTool(name, { description: `the tool ${name}`, inputSchema }, run);
    tool('echo', object({ message: { type: 'string' } }), ({ message }) => text(`echo: ${message}`));
    tool('weather', object({ city: { type: 'string' } }), ({ city }) => ({ ...text('sunny'), structuredContent: { city, degrees: 21 } }));
    tool('broken', object({}), () => ({ ...text('the disk is full'), isError: true }));
    tool('regional', object({ region: { type: 'string', 'x-mcp-header': 'Region' } }), ({ region }) => text(`in ${region}`));
    tool('confirm', object({}), () => inputRequired({ requestState: 'waiting' }));
    tool('größe', object({}), () => text('groß'));
    return server;
  },
  { legacy: process.env.MCP_LEGACY ?? 'reject', responseMode: process.env.MCP_RESPONSE_MODE },
);

createServer(toNodeHandler(handler)).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
