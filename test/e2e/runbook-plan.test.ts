import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = `version: 1
fleet: acme
runbooks: [books/]
agents:
  support:
    endpoint: { protocol: command, argv: [cat] }
    controls:
      disable: { via: flag-file, path: flags.json, flag: agent.support.enabled }
      throttle: { via: flag-file, path: flags.json, flag: agent.support.limit }
  bare: { endpoint: { protocol: command, argv: [cat] } }
`;

const shop = (books: Readonly<Record<string, string>> = {}) => {
  const folder = scratch({ 'agentops.yaml': manifest, 'flags.json': '{"flags":{}}' });
  mkdirSync(join(folder.path, 'books'));
  for (const [name, text] of Object.entries(books)) writeFileSync(join(folder.path, 'books', name), text);
  return {
    ...folder,
    [Symbol.dispose]: folder[Symbol.dispose],
    run: (...args: readonly string[]) => runCli(args, { cwd: folder.path, env: { AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' } }),
    flags: () => readFileSync(join(folder.path, 'flags.json'), 'utf8'),
  };
};

const plan = ['runbook', 'plan', 'throttle', '--agent', 'support'] as const;

test('a plan changes nothing, and ends with the command that confirms just it', async () => {
  using folder = shop();
  const before = folder.flags();
  const { status, stdout } = await folder.run(...plan, '--param', 'for=30m');
  expect(status).toBe(0);
  const hash = /^plan {3}([0-9a-f]{12})$/m.exec(stdout)?.[1];
  expect(stdout).toContain(`  agentops runbook run throttle --agent support --param for=30m --confirm ${hash}\n`);
  expect(folder.flags()).toBe(before);
  const done = await folder.run(
    'runbook',
    'run',
    'throttle',
    '--agent',
    'support',
    '--param',
    'for=30m',
    '--confirm',
    `${hash}`,
    '--no-tick-check',
  );
  expect(done.status).toBe(0);
  expect(folder.flags()).not.toBe(before);
});

test('a plan that was written down is run as long as nothing that it touches has moved', async () => {
  using folder = shop();
  expect((await folder.run(...plan, '--out', 'p.plan')).status).toBe(0);
  expect((await folder.run(...plan, '--against', 'p.plan')).stdout).toContain('no, nothing it touches has moved');
  const run = ['runbook', 'run', 'throttle', '--agent', 'support', '--plan', 'p.plan', '--no-tick-check'];
  expect((await folder.run(...run)).status).toBe(0);
  const stale = await folder.run(...plan, '--against', 'p.plan');
  expect(stale.status).toBe(1);
  expect(stale.stdout).toContain('is as wanted already');
  const refused = await folder.run(...run);
  expect(refused.status).toBe(4);
  expect(refused.stderr).toContain('the plan that was written down is out of date');
  const written = readFileSync(join(folder.path, 'p.plan'), 'utf8');
  writeFileSync(join(folder.path, 'p.plan'), written.replace('"isSettled": false', '"isSettled": true'));
  expect((await folder.run(...run)).stderr).toContain('was changed after it was written');
});

describe('what is wrong is told before anything is looked at', () => {
  test.each([
    [['runbook', 'plan', 'trottle'], 2, 'did you mean "throttle"?'],
    [['runbook', 'plan', 'throttle'], 2, 'agent is missing'],
    [['runbook', 'plan', 'throttle', '--agent', 'suport'], 2, 'did you mean "support"?'],
    [['runbook', 'plan', 'throttle', '--agent', 'support', '--param', 'for=soon'], 2, 'for is no duration'],
    [['runbook', 'plan', 'throttle', '--agent', 'support', '--param', 'rpm=5'], 2, 'it takes no parameter rpm'],
    [['runbook', 'plan', 'throttle', '--agent', 'support', '--param', 'agent=support'], 2, 'both say which agent'],
  ])('%j', async (args, status, said) => {
    using folder = shop();
    const result = await folder.run(...args);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(said);
  });
});

test('a step without a control says so with what binds it, and nothing may be confirmed', async () => {
  using folder = shop();
  const { status, stdout } = await folder.run('runbook', 'plan', 'throttle', '--agent', 'bare');
  expect(status).toBe(2);
  expect(stdout).toContain('bare has no controls.throttle');
  expect(stdout).toContain('bind it under agents.bare.controls.throttle');
  expect(stdout).not.toContain('--confirm');
});

test('every shipped runbook can be planned against twins where its controls are bound or asked for', async () => {
  using folder = shop();
  const plans = [
    'throttle',
    'disable',
    'enable',
    'runaway-loop',
    'safety-violation',
    'cost-anomaly',
    'hallucination-spike',
    'latency-blowup',
  ];
  const ended = await Promise.all(plans.map((name) => folder.run('runbook', 'plan', name, '--agent', 'support', '--twins')));
  expect(ended.map(({ status }) => status)).toEqual(plans.map(() => 0));
});

test('lint ends with 1 for an error and names its place, also for a pull request', async () => {
  const bad =
    'metadata: { name: bad, class: safety }\nparams: { agent: { type: agent } }\nsteps:\n  - notify: { message: hi }\n  - disable: {}\n  - manual: look\n';
  using folder = shop({ 'bad.yaml': bad, 'worse.yaml': 'metadata: { name: worse, class: lop }\nsteps: []\n' });
  const text = await folder.run('runbook', 'lint');
  expect(text.status).toBe(1);
  expect(text.stdout).toContain('books/bad.yaml:4:5 error safety-contains-first: bad: notify comes before the harm is contained');
  expect(text.stdout).toContain('books/worse.yaml:1:33 error invalid: worse: metadata.class must be');
  const { stdout } = await folder.run('runbook', 'lint', 'bad', '--output', 'github');
  expect(stdout).toContain('::error file=books/bad.yaml,line=4,col=5,title=bad%3A safety-contains-first::');
  expect((await folder.run('runbook', 'lint', 'throttle', 'runaway-loop')).status).toBe(0);
});

test('a shell is offered the names of runbooks', async () => {
  using folder = shop({ 'ours.yaml': 'metadata: { name: ours, class: other }\nsteps: [ { wait: 1s } ]\n' });
  await folder.run('validate');
  const { stdout } = await folder.run('__complete', 'runbook', 'plan', 'o');
  expect(stdout.trim()).toBe('ours');
  expect((await folder.run('__complete', 'runbook', 'lint', 'saf')).stdout.trim()).toBe('safety-violation');
});
