import { describe, expect, test } from 'vitest';
import type { Mitigation } from '../../src/controls/actions/mitigation.ts';
import { plainLook } from '../../src/ground/output/look.ts';
import type { RunResult, StepResult } from '../../src/response/runbooks/run.ts';
import { endedFormats, mitigationFormats } from '../../src/views/mitigations.ts';
import { pauseLine, runFormats, stepLine } from '../../src/views/runbook-run.ts';
import { runsFormats } from '../../src/views/runbook-runs.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';
import { aChange, aPlan } from '../support/run-order.ts';

const options = { look: plainLook, verbose: false, zone: 'UTC' };
const step = (text: string): StepResult => ({
  id: 'throttle',
  kind: 'throttle',
  agent: text,
  action: 'throttle',
  target: text,
  status: 'in_doubt',
  startedAt: noon,
  endedAt: noon,
  evidence: text,
  verdict: null,
});
const head = {
  id: 'throttle-x',
  runbook: 'throttle',
  class: 'other',
  agents: ['support'],
  plan: aPlan([]),
  cause: { kind: 'person' },
} as const;
const result = (text: string): RunResult => ({
  run: { ...head, actor: text, incident: null, startedAt: noon },
  status: 'paused',
  why: text,
  steps: [step(text)],
  endedAt: null,
  containMs: 1500,
  quietMs: null,
  resumeCommand: 'agentops runbook resume throttle-x',
});
const mitigation = (text: string): Mitigation => ({
  id: 'throttle-x/throttle',
  run: 'throttle-x',
  step: 'throttle',
  agent: text,
  action: 'throttle',
  control: { kind: 'peer', config: {}, at: { file: 'a', line: 1, column: 1 } },
  change: aChange({ target: text }),
  status: 'active',
  appliedAt: noon,
  expiresAt: noon,
  onExpiry: 'revert',
  endedAt: null,
  evidence: text,
});

const texts = (text: string): readonly string[] => {
  const answer = { fleet: 'acme', generatedAt: noon, result: result(text), mitigations: [mitigation(text)] };
  const list = { fleet: 'acme', generatedAt: noon, mitigations: [mitigation(text)] };
  const ended = { fleet: 'acme', generatedAt: noon, ended: [{ mitigation: mitigation(text), result: 'overdue', evidence: text } as const] };
  const runs = { fleet: 'acme', generatedAt: noon, runs: [{ head: answer.result.run, ...answer.result, status: 'paused' as const }] };
  return [
    runFormats(answer).text(options),
    mitigationFormats(list).text(options),
    endedFormats(ended).text(options),
    runsFormats(runs).text(options),
    `${stepLine(plainLook, step(text), '')}\n`,
    `${pauseLine(plainLook, 'throttle', 1000, text)}\n`,
  ];
};

const active = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/;

describe('what a run is shown as', () => {
  test.each(Object.entries(hostileTexts))('stays in its lines and does nothing, whatever a target says: %s', (_, text) => {
    const harmless = texts('word').map((each) => each.split('\n').length);
    const shown = texts(text);
    for (const each of shown) expect(active.exec(each)).toBeNull();
    expect(shown.slice(1).map((each) => each.split('\n').length)).toEqual(harmless.slice(1));
    for (const each of shown) expect(/^\s*::/m.exec(each)).toBeNull();
  });

  test('ends with the command that goes on with it, whole', () => {
    expect(texts('word')[0]).toMatch(
      /throttle-x stopped: a person is needed: word\ncontained after 1\.50 s\n.*\ngo on: agentops runbook resume throttle-x\n$/,
    );
  });

  test('is overdue once its time is over, though nobody has looked yet', () => {
    const list = { fleet: 'acme', generatedAt: noon + 3_600_000, mitigations: [mitigation('word')] };
    const { mitigations } = documentSchemas['mitigations list'].parse(JSON.parse(mitigationFormats(list).json()));
    expect(mitigations).toMatchObject([{ status: 'overdue' }]);
  });
});
