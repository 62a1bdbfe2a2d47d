import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { Drill } from '../../src/response/runbooks/drill.ts';
import type { StepResult } from '../../src/response/runbooks/run.ts';
import type { JudgedPath } from '../../src/response/runbooks/simulate-run.ts';
import { drillFormats } from '../../src/views/drill.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { simulationFormats } from '../../src/views/simulation.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';
import { aPlan } from '../support/run-order.ts';

const piped = { look: plainLook, verbose: false, zone: 'UTC' };
const active = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|\p{Surrogate}|##(?:\[|vso|teamcity)|^\s*::/mu;

const step = (text: string): StepResult => ({
  id: 'slow',
  kind: 'throttle',
  agent: text,
  action: 'throttle',
  target: text,
  status: 'done',
  startedAt: noon,
  endedAt: noon,
  evidence: text,
  verdict: null,
});

const path = (text: string, problems: readonly string[] = []): JudgedPath => ({
  end: {
    path: { crashAt: 'slow:after-act', failing: { slow: 'dropped' } },
    status: 'done',
    why: text,
    steps: [step(text)],
    boundaries: [],
    acts: [{ at: noon, target: text, doing: 'apply', action: 'throttle', key: 'k', now: { limit: text } }],
    state: {},
    fieldsOf: () => ({}),
    isChainWhole: true,
    held: [],
    inForce: [],
    tookMs: 126_000,
    containMs: 5000,
  },
  declared: ['done'],
  problems,
});

const simulated = (...paths: readonly JudgedPath[]) =>
  simulationFormats({ fleet: 'acme', generatedAt: noon, runbook: 'runaway-loop', params: {}, agents: ['support'], seed: null, paths });

const drilled = (text: string) => {
  const run = {
    id: 'r',
    runbook: 'kill',
    class: 'other',
    agents: ['support'],
    plan: aPlan([]),
    cause: { kind: 'drill' },
    actor: text,
    incident: null,
    startedAt: noon,
  } as const;
  const drill: Drill = {
    result: { run, status: 'failed', why: text, steps: [step(text)], endedAt: noon, containMs: 90_000, quietMs: null, resumeCommand: null },
    isDemo: true,
    detectMs: 1600,
    restored: [{ step: 'slow', target: text, result: 'overdue', evidence: text }],
    state: 'red',
    withinMs: 60_000,
  };
  return drillFormats({ fleet: 'acme', generatedAt: noon, drill });
};

test('one path is shown step by step, several as a count and a table of what is wrong', () => {
  expect(simulated(path('gateway')).text(piped).split('\n').slice(0, 5)).toEqual([
    '✔ runaway-loop on support, in memory: 1 path (1 done), all as declared',
    '  done after 2 m 6 s of virtual time',
    '',
    'Step  Action    Target   Status  Seen',
    'slow  throttle  gateway  done    gateway',
  ]);
  expect(simulated(path('gateway'), path('gateway', ['an act was lost'])).text(piped)).toBe(
    [
      '✖ runaway-loop on support, in memory: 2 paths (2 done), 1 not as declared',
      '',
      'Dies at         Goes wrong    Ends  Declared  What is wrong',
      'slow:after-act  slow=dropped  done  done      an act was lost',
      '',
    ].join('\n'),
  );
});

test('a drill tells every time it took, and all that it has shown to be missing', () => {
  expect(drilled('the gateway').text(piped).split('\n')).toEqual([
    '✖ kill drilled on the demo fleet: failed',
    '  detected   1.60 s after it began',
    '  contained  1 m 30 s after the run began',
    '  quiet      not measured',
    '  put back   0 of 1',
    '  checks     red',
    '✖ the run ended failed: the gateway',
    '✖ it took 90 s to contain, and may take 60 s',
    '✖ the gateway was not put back: the gateway',
    '✖ the agent is red afterwards',
    '',
  ]);
});

describe.each(Object.entries(hostileTexts))('hostile text: %s', (_name, text) => {
  test('is inert, adds no line and fits the terminal', () => {
    for (const [formats, harmless] of [
      [simulated(path(text, [text])), simulated(path('word', ['word']))],
      [drilled(text), drilled('word')],
    ] as const) {
      expect(formats.text(piped).search(active)).toBe(-1);
      expect(formats.text(piped).split('\n').length).toBe(harmless.text(piped).split('\n').length);
      for (const line of formats.text({ ...piped, look: { ...plainLook, width: 80 } }).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test('is inert in JSON, which keeps to its schema', () => {
    for (const [json, schema] of [
      [simulated(path(text, [text])).json(), documentSchemas['runbook simulate']],
      [drilled(text).json(), documentSchemas['runbook drill']],
    ] as const) {
      expect(json.replaceAll('\n', '').search(active)).toBe(-1);
      expect(() => schema.parse(JSON.parse(json))).not.toThrow();
    }
  });
});
