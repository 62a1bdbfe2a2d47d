import type { Description } from '../../fleet/slots.ts';
import type { ControlRegistry } from './port.ts';

/** Every way to enforce an action. To add one: a file in `drivers/` and one in `configs/`, and a line for each here. */
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

/** How each looks in a manifest: apart, because a command that acts on a checked manifest needs no schema. */
export const controlConfigs: Readonly<Record<string, () => Promise<{ default: Description }>>> = {
  a2a: () => import('./configs/a2a.ts'),
  bullmq: () => import('./configs/bullmq.ts'),
  celery: () => import('./configs/celery.ts'),
  exec: () => import('./configs/exec.ts'),
  'flag-file': () => import('./configs/flag-file.ts'),
  http: () => import('./configs/http.ts'),
  kubernetes: () => import('./configs/kubernetes.ts'),
  'langfuse-prompt': () => import('./configs/langfuse-prompt.ts'),
  langgraph: () => import('./configs/langgraph.ts'),
  litellm: () => import('./configs/litellm.ts'),
  manifest: () => import('./configs/manifest.ts'),
  rabbitmq: () => import('./configs/rabbitmq.ts'),
  'redis-stream': () => import('./configs/redis-stream.ts'),
  unleash: () => import('./configs/unleash.ts'),
};
