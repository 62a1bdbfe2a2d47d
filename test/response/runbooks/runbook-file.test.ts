import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRunbookText } from '../../../src/response/runbooks/runbook-file.ts';

const problemsIn = (text: string) =>
  readRunbookText(text, 'r.yaml').problems.map(
    ({ at, message, hint }) => `${at.line}:${at.column} ${message}${hint === null ? '' : ` | ${hint}`}`,
  );

const good = `metadata: { name: good, class: loop }
params:
  agent: { type: agent }
  for: { type: duration, default: 2h, min: 1m }
steps:
  - throttle: { requests_per_minute: 5 }
    ttl: "{{ params.for }}"
  - throttle: { requests_per_minute: 1 }
    ttl: 90s
`;

test('a runbook is read with its defaults', () => {
  const { runbook, problems } = readRunbookText(good, 'r.yaml');
  expect(problems).toEqual([]);
  expect(runbook?.steps.map(({ id, ttlMs, ttlParam, target, onFail, undo }) => [id, ttlMs, ttlParam, target, onFail, undo])).toEqual([
    ['throttle', null, 'for', '{{ params.agent }}', 'undo', 'restore'],
    ['throttle_2', 90_000, null, '{{ params.agent }}', 'undo', 'restore'],
  ]);
  expect(runbook?.steps[1]?.at).toEqual({ file: 'r.yaml', line: 8, column: 5 });
});

test('what contains a danger to people is kept, and expires with a page, unless the author says otherwise', () => {
  const { runbook } = readRunbookText(good.replace('class: loop', 'class: safety'), 'r.yaml');
  expect(runbook?.steps[0]).toMatchObject({ onFail: 'stop', onExpiry: 'page', undo: 'keep' });
});

test('everything that is wrong is told at once, each at its place', () => {
  const text = `metadata: { name: Bad Name, class: lop }
params:
  agent: { type: agnt }
  level: { type: choice }
  share: { type: share, default: 150% }
steps:
  - throtle: { requests_per_minute: 5 }
  - wait: 5
  - kill: {}
    disable: {}
  - notify: { message: "\${SECRET} {{ name }}" }
  - target: x
  - use: { runbook: kill }
    ttl: 2h
`;
  expect(problemsIn(text)).toEqual([
    '1:19 metadata.name must be lower-case letters, digits and -, such as runaway-loop (found "Bad Name")',
    '1:36 metadata.class must be loop, hallucination, cost, safety, latency, outage or other, not "lop" | did you mean "loop"?',
    '3:18 params.agent.type must be agent, text, number, duration, money, share, choice or flag, not "agnt" | did you mean "agent"?',
    '7:5 steps[0].throtle is not a key that is known here | did you mean "throttle"?',
    '8:11 steps[1].wait is not a duration (found 5) | write 5s, 5m or 5h',
    '9:11 steps[2].kill cannot stand beside disable: a step does one thing',
    expect.stringMatching(/^12:5 steps\[4\] must say what it does, in one of these: throttle disable /),
    '14:10 steps[5].ttl cannot stand beside use: the steps of that runbook say it | write it like 90s, 15m, 2h or 7d',
    '11:24 steps[3].notify.message holds braces that name no parameter | write {{ params.NAME }}',
  ]);
});

describe('what no schema of one place can see', () => {
  const withStep = (step: string, params = 'agent: { type: agent }') =>
    problemsIn(`metadata: { name: x, class: loop }\nparams: { ${params} }\nsteps:\n  - ${step}\n`);
  test.each([
    [
      'notify: { message: "{{ params.agnet }}" }',
      /^4:5 steps\[0\] names the parameter agnet, which is not declared \| did you mean "agent"\?/,
    ],
    [
      `exec: { argv: [x, "\${HOME}"] }`,
      /^4:23 steps\[0\].exec.argv\[1\] holds a reference, and a runbook takes nothing from the environment/,
    ],
    [
      'disable: {}\n    ttl: "{{ params.for }}"',
      /^5:\d+ steps\[0\]\.ttl names for, which may be absent/,
      'for: { type: duration, optional: true }',
    ],
    ['wait: 1s', /params\.n\.optional cannot stand beside default/, 'n: { type: number, default: 1, optional: true }'],
    [
      'wait: 1s',
      /params\.n\.unless names m, which is no optional parameter/,
      'n: { type: number, default: 1, unless: [m] }, m: { type: number }',
    ],
    [
      'wait: 1s',
      /params\.m\.unless means nothing without default/,
      'm: { type: number, unless: [n] }, n: { type: number, optional: true }',
    ],
    ['id: a\n    wait: 1s\n  - id: a\n    wait: 2s', /^6:9 steps\[1\].id a step a stands already further up/],
  ])('%s', (step, expected, params: string | null = null) => {
    expect(withStep(step, `agent: { type: agent }${params === null ? '' : `, ${params}`}`)).toEqual([expect.stringMatching(expected)]);
  });

  test.each([
    ['level: { type: choice }', /choices is missing/],
    ['share: { type: share, default: 150% }', /params.share.default is no share \(found "150%"\) \| write it like 5%/],
    ['n: { type: number, min: 5, default: 2 }', /params.n.default must be at least 5/],
    ['t: { type: text, min: 5 }', /params.t.min means nothing beside type text/],
  ])('the parameter %s', (param, expected) => {
    expect(withStep('wait: 1s', param)).toEqual([expect.stringMatching(expected)]);
  });
});

test('whatever stands in a file, it is read or told, and nothing is thrown', () => {
  const leaf = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant('{{ params.agent }}'),
    fc.constant('2h'),
  );
  const key = fc.constantFrom(
    'metadata',
    'name',
    'class',
    'params',
    'type',
    'steps',
    'throttle',
    'kill',
    'use',
    'with',
    'verify',
    'ttl',
    'finally',
    '__proto__',
  );
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('node'), { maxLength: 4 }), fc.dictionary(key, tie('node'), { maxKeys: 5 })),
  }));
  fc.assert(
    fc.property(node, (value) => {
      const { runbook, problems } = readRunbookText(JSON.stringify(value), 'r.yaml');
      expect((runbook === null) === problems.length > 0).toBe(true);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void readRunbookText(text, 'r.yaml')));
});
