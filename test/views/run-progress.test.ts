import { expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { RunHead, RunNews, StepResult } from '../../src/response/runbooks/run.ts';
import { renderRunProgress, runShown, type ShownRun } from '../../src/views/run-progress.ts';
import { hostileTexts } from '../support/hostile.ts';

const step = (id: string, status: StepResult['status'], evidence: string | null = null): StepResult => ({
  id,
  kind: 'throttle',
  agent: 'support',
  action: 'throttle',
  target: 'key support',
  status,
  startedAt: null,
  endedAt: null,
  evidence,
  verdict: null,
});

const started: RunNews = {
  kind: 'started',
  run: { id: 'calm-7k2m9xp' } as RunHead,
  steps: [step('slow', 'done'), step('stop', 'pending')],
  resumeCommand: 'agentops runbook resume calm-7k2m9xp',
};

const after = (...news: readonly RunNews[]): ShownRun => news.reduce<ShownRun | null>(runShown, null) as ShownRun;
const linesOf = (shown: ShownRun, width: number | null = null) => renderRunProgress({ ...plainLook, width }, shown).split('\n');

test('each step keeps its place: what was done before it was resumed, what goes on, what it waits for', () => {
  expect(linesOf(after(started))).toEqual([
    'run calm-7k2m9xp',
    expect.stringMatching(/slow {2}throttle key support {2}done/),
    expect.stringMatching(/stop .* pending/),
  ]);
  const acting: RunNews = { kind: 'step', step: step('stop', 'intent'), doing: 'acting' };
  expect(linesOf(after(started, acting))[2]).toMatch(/stop .* acting$/);
  const pause: RunNews = { kind: 'pause', step: 'stop', ms: 5000, why: 'asked to' };
  expect(linesOf(after(started, acting, pause))[2]).toMatch(/stop {2}waiting 5\.00 s {2}asked to$/);
  expect(linesOf(after(started, pause, acting))[2]).toMatch(/acting$/);
});

test('an agent that is to fall silent has one line, with the newest word of it', () => {
  const quiet = (why: string, ms: number): RunNews => ({ kind: 'quiet', agent: 'support', ms, why });
  const lines = linesOf(after(started, quiet('a request goes on', 60_000), quiet('its last request ended 3 s ago', 40_000)));
  expect(lines).toHaveLength(4);
  expect(lines[3]).toMatch(/support {2}waiting for silence, 40 s at most {2}its last request ended 3 s ago$/);
  expect(linesOf(after(started, quiet('no traces', 0)))[3]).toMatch(/time to quiet is not measured {2}no traces$/);
});

test.each(Object.entries(hostileTexts))('whatever a target says, it is one line a step and fits the screen: %s', (_, text) => {
  const shown = after(started, { kind: 'step', step: { ...step('stop', 'failed', text), target: text }, doing: '' });
  const lines = linesOf(shown, 60);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
});
