import type { Registry } from '../../fleet/slots.ts';
import type { AgentProtocol } from './port.ts';

/** Every protocol an agent may speak. To add one: a file in `kinds/` and a line here. */
export const protocols: Registry<AgentProtocol> = {
  'openai-chat': () => import('./kinds/openai-chat.ts'),
};
