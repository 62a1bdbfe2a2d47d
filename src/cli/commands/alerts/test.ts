import type { Leaf } from '../../command.ts';

const test: Leaf = {
  formats: ['text', 'json', 'junit', 'github'],
  arguments: [{ name: '<files...>', summary: 'YAML with tests: what agents do by the minute, and which alerts and messages that makes' }],
  examples: [
    ['agentops alerts test alert-tests.yaml', 'whether rules and routes do what they are meant to'],
    ['agentops alerts test tests/*.yaml --output junit=alerts.xml', 'a gate in CI, and its report'],
  ],
  exits: [
    ['0', 'every test passes'],
    ['1', 'one does not'],
    ['2', 'a file is wrong; nothing was tested'],
  ],
  async run({ ctx, cwd, fleet: load }, [files]) {
    const { fleet } = await load();
    const [{ loadAlertTests }, { runAlertTest }, { alertTestFormats }] = await Promise.all([
      import('../../../oversight/alerts/load-alert-tests.ts'),
      import('../../../oversight/alerts/run-alert-test.ts'),
      import('../../../views/alert-test.ts'),
    ]);
    // All are read before any is run: what is wrong in the last file is told at once.
    const loaded = [];
    for (const file of files as readonly string[]) loaded.push({ file, ...(await loadAlertTests(ctx, fleet, { path: file, cwd })) });
    const tests = [];
    for (const { file, rules, tests: found } of loaded)
      for (const each of found) tests.push({ file, name: each.name, mismatches: await runAlertTest(ctx, fleet, { rules, test: each }) });
    return {
      finding: tests.some(({ mismatches }) => mismatches.length > 0) ? 'found' : 'none',
      formats: alertTestFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), tests }),
    };
  },
};

export default test;
