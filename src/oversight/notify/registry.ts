import type { NotifierRegistry } from './port.ts';

/** Every way to reach people. To add one: a file in `channels/` and a line here. */
export const channels: NotifierRegistry = {
  alertmanager: () => import('./channels/alertmanager.ts'),
  email: () => import('./channels/email.ts'),
  exec: () => import('./channels/exec.ts'),
  jsm: () => import('./channels/jsm.ts'),
  opsgenie: () => import('./channels/opsgenie.ts'),
  pagerduty: () => import('./channels/pagerduty.ts'),
  slack: () => import('./channels/slack.ts'),
  webhook: () => import('./channels/webhook.ts'),
};
