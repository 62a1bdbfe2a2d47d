import type { Desired } from '../../src/controls/actions/port.ts';
import { ref } from './world.ts';

/** A control as a manifest has it, references as `ref()`; `as`: what tells it from others of its kind. */
export interface Sample {
  readonly as?: string;
  readonly control: Readonly<Record<string, unknown>>;
}

/** One for each thing that a driver may be pointed at. */
export const controlSamples: Readonly<Record<string, readonly Sample[]>> = {
  a2a: [{ control: { connection: 'plane' } }],
  bullmq: [{ control: { connection: 'plane', queue: 'tasks' } }],
  celery: [
    { control: { connection: 'plane', queue: 'tasks', task: 'tasks.answer' } },
    { as: 'action: pause', control: { connection: 'plane', queue: 'tasks', action: 'pause' } },
  ],
  exec: [{ control: { argv: ['./switch', 'off'], undo: ['./switch', 'back'] } }],
  'flag-file': [{ control: { path: 'flags.json', flag: 'agent.support.enabled' } }],
  http: [{ control: { connection: 'plane', path: '/switch', undo: { path: '/back' } } }],
  kubernetes: [
    { as: 'deployment, statefulset', control: { deployment: 'support' } },
    { as: 'by: isolate', control: { deployment: 'support', by: 'isolate' } },
    { as: 'cronjob', control: { cronjob: 'nightly' } },
    { as: 'job', control: { job: 'reindex' } },
    { as: 'scaledobject', control: { scaledobject: 'support' } },
  ],
  'langfuse-prompt': [{ control: { backend: 'prod', prompt: 'support' } }],
  langgraph: [{ control: { connection: 'plane' } }],
  litellm: [
    { control: { connection: 'plane', key_alias: 'support', model_group: 'large' } },
    { as: 'action: cancel', control: { connection: 'plane', key_alias: 'support', action: 'cancel' } },
  ],
  manifest: [{ control: {} }],
  rabbitmq: [{ control: { connection: 'plane', queue: 'tasks' } }],
  'redis-stream': [
    { as: 'by a flag', control: { connection: 'plane', stream: 'tasks', group: 'workers' } },
    { as: 'by a right', control: { connection: 'plane', stream: 'tasks', group: 'workers', user: 'worker' } },
  ],
  unleash: [{ control: { connection: 'plane', flag: 'support' } }],
};

export const samplePlane = { plane: { name: 'plane', url: ref('http://127.0.0.1:9'), read: null, write: null, headers: {} } };

/** Wishes of which each driver that offers the action understands one. */
export const sampleWishes: Readonly<Record<Desired['action'], readonly Desired['params'][]>> = {
  throttle: [{ requests_per_minute: 7 }, { max_waiting: 7 }, { max_parallel: 7 }, {}],
  disable: [{}],
  enable: [{}, { replicas: 3 }],
  kill: [{}],
  rollback_prompt: [{ version: 1 }, {}],
  rollback_model: [{ model: 'small' }, {}],
  rollback_deploy: [{ revision: 1 }, { revision: 'agent:v1' }, {}],
  route_model: [{ model: 'small' }, {}],
  failover: [{ to: ['small'] }, {}],
  scale: [{ replicas: 7 }, {}],
  queue: [{ mode: 'pause' }, { mode: 'hold' }, { mode: 'resume' }, {}],
  sampling: [{ share: 1 }, {}],
  call: [{}],
};
