import type { NotifierRegistry } from './port.ts';

/** Every way to reach people. To add one: a file in `channels/` and a line here. */
export const channels: NotifierRegistry = {
  exec: () => import('./channels/exec.ts'),
  webhook: () => import('./channels/webhook.ts'),
};
