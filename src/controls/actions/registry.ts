import type { ControlRegistry } from './port.ts';

/** Every way to enforce an action. To add one: a file in `drivers/` and a line here. */
export const controls: ControlRegistry = {
  'flag-file': () => import('./drivers/flag-file.ts'),
  langgraph: () => import('./drivers/langgraph.ts'),
};
