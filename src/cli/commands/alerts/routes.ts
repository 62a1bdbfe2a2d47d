import type { Leaf } from '../../command.ts';
import { choiceFlag, instantFlag } from '../../flags.ts';
import type { RouteWish } from '../../show-routes.ts';

const actions = ['list', 'test'] as const;
const categories = ['cost', 'safety', 'quality', 'errors', 'latency', 'availability', 'queue'] as const;
const severities = ['page', 'notify'] as const;

const routes: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '[action]', summary: 'list, or test: whom an alert would reach, and why', fallback: 'list' }],
  flags: [
    { flags: '--rule <name>', summary: 'test: an alert of this rule; its category and severity are taken' },
    { flags: `--category <${categories.join('|')}>`, summary: 'test: an alert about this', parse: choiceFlag(categories) },
    { flags: `--severity <${severities.join('|')}>`, summary: 'test: default that of the rule, else page', parse: choiceFlag(severities) },
    { flags: '--agent <name>', summary: 'test: of this agent' },
    { flags: '--at <instant>', summary: 'test: at this moment; default now', parse: instantFlag },
  ],
  examples: [
    ['agentops alerts routes', 'who is told of what'],
    ['agentops alerts routes test --rule cost --agent support', 'who would be told now, and why'],
    ['agentops alerts routes test --category safety --at 2026-11-28T03:00:00Z', 'and in the night of a Saturday'],
  ],
  exits: [
    ['0', 'somebody would be told'],
    ['1', 'nobody would be'],
    ['2', 'there is no such rule or agent'],
  ],
  words: (before) => (before.length === 0 ? actions : []),
  async run(session, [action], given) {
    const { showRoutes } = await import('../../show-routes.ts');
    return showRoutes(session, String(action), given as unknown as RouteWish);
  },
};

export default routes;
