import type { ControlRegistry } from './port.ts';

/** Every way to enforce an action. To add one: a file in `drivers/` and a line here. */
export const controls: ControlRegistry = {
  a2a: () => import('./drivers/a2a.ts'),
  bullmq: () => import('./drivers/bullmq.ts'),
  celery: () => import('./drivers/celery.ts'),
  exec: () => import('./drivers/exec.ts'),
  'flag-file': () => import('./drivers/flag-file.ts'),
  http: () => import('./drivers/http.ts'),
  kubernetes: () => import('./drivers/kubernetes.ts'),
  'langfuse-prompt': () => import('./drivers/langfuse-prompt.ts'),
  langgraph: () => import('./drivers/langgraph.ts'),
  litellm: () => import('./drivers/litellm.ts'),
  manifest: () => import('./drivers/manifest.ts'),
  rabbitmq: () => import('./drivers/rabbitmq.ts'),
  'redis-stream': () => import('./drivers/redis-stream.ts'),
  unleash: () => import('./drivers/unleash.ts'),
};
