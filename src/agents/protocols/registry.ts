import type { Registry } from '../../fleet/slots.ts';
import type { AgentProtocol } from './port.ts';

/** Every protocol an agent may speak. To add one: a file in `kinds/` and a line here. */
export const protocols: Registry<AgentProtocol> = {
  a2a: () => import('./kinds/a2a.ts'),
  'ag-ui': () => import('./kinds/ag-ui.ts'),
  anthropic: () => import('./kinds/anthropic.ts'),
  command: () => import('./kinds/command.ts'),
  http: () => import('./kinds/http.ts'),
  langgraph: () => import('./kinds/langgraph.ts'),
  mcp: () => import('./kinds/mcp.ts'),
  'openai-chat': () => import('./kinds/openai-chat.ts'),
  'openai-responses': () => import('./kinds/openai-responses.ts'),
};
