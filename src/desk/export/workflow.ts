import { posix } from 'node:path';
import { cronMinutes } from './crontab.ts';
import type { Scheduling } from './schedule.ts';

/** GitHub starts nothing more often. */
const leastMinutes = 5;

/** A workflow for small fleets. Its state travels in the cache of Actions, which GitHub may empty. */
export const workflowText = ({ fleet, version, manifestInRepository, needs, everyMs }: Scheduling): string => {
  const state = posix.join(posix.dirname(manifestInRepository), '.agentops');
  return [
    '# GitHub starts scheduled workflows late when it is busy, and empties its cache: what has to wake somebody belongs on a machine of its own.',
    `name: ${JSON.stringify(`agentops: ${fleet}`)}`,
    'on:',
    `  schedule: [{ cron: '${cronMinutes(Math.max(everyMs, leastMinutes * 60_000), leastMinutes)}' }]`,
    '  workflow_dispatch: {}',
    'permissions: { contents: read }',
    'concurrency: { group: agentops, cancel-in-progress: false }',
    'jobs:',
    '  tick:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 30',
    '    steps:',
    '      - uses: actions/checkout@v4',
    '      - uses: actions/setup-node@v4',
    '        with: { node-version: 22 }',
    '      - uses: actions/cache/restore@v4',
    '        with:',
    `          path: ${JSON.stringify(state)}`,
    '          key: agentops-${{ github.run_id }}-${{ github.run_attempt }}',
    '          restore-keys: agentops-',
    `      - run: npx --yes agentops-fleet@${version} tick --quiet --manifest "$AGENTOPS_FILE"`,
    '        env:',
    `          AGENTOPS_FILE: ${JSON.stringify(manifestInRepository)}`,
    ...needs.map((name) => `          ${name}: \${{ secrets.${name} }}`),
    '      - uses: actions/cache/save@v4',
    '        if: always()',
    '        with:',
    `          path: ${JSON.stringify(state)}`,
    '          key: agentops-${{ github.run_id }}-${{ github.run_attempt }}',
    '',
  ].join('\n');
};
