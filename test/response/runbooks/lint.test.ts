import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindableActions } from '../../../src/controls/actions/bound.ts';
import type { Action, Capabilities } from '../../../src/controls/actions/port.ts';
import { lintRunbook } from '../../../src/response/runbooks/lint.ts';
import type { Binding, Bindings } from '../../../src/response/runbooks/lint-binding.ts';
import { openParsed } from '../../../src/response/runbooks/open-parsed.ts';
import { plainTraits } from '../../support/plain-control.ts';

const at = { file: 'agentops.yaml', line: 9, column: 7 };
const bound = (traits: Partial<Capabilities> | null = {}): Binding => ({
  kind: 'plain',
  at,
  traits: traits === null ? null : { ...plainTraits, ...traits },
});
const closes = bound();
const cancels = bound({ stopsInFlight: true });

const binding = (controls: readonly (readonly [Action, readonly Binding[]])[]): Bindings => ({
  agents: [{ name: 'support', checks: ['ping'], controls: new Map(controls) }],
  connections: ['gateway'],
  channels: ['oncall'],
});

const everything = binding(bindableActions.map((action) => [action, action === 'kill' ? [closes, cancels] : [closes]] as const));
const noFiles = { files: { exists: () => false, writePrivate: () => undefined } } as never;

const lint = async (steps: string, { ofClass = 'other', rest = '', bindings = everything as Bindings | null } = {}) => {
  const indented = steps.replace(/^/gm, '  ');
  const text = `metadata: { name: x, class: ${ofClass} }\nparams: { agent: { type: agent } }\n${rest}steps:\n${indented}\n`;
  const { runbook, problems } = await openParsed(noFiles, 'x').read('x.yaml', text);
  const found =
    runbook === null
      ? problems.map(({ rule = 'invalid', ...each }) => ({ ...each, rule, severity: 'error' }))
      : lintRunbook(runbook, bindings);
  return found.map(({ rule, severity, at: { line } }) => `${line} ${severity} ${rule}`);
};

describe('what is an error in any runbook', () => {
  test.each([
    ['a throttle that nobody ends', '- throttle: { requests_per_minute: 1 }', ['4 error throttle-without-ttl']],
    ['a kill that does not say that it cannot be undone', '- kill: {}', ['4 error irreversible-unsaid']],
    ['a chain of one model', '- failover: openai/gpt-5', ['4 error chain-of-one']],
    ['a chain of one provider', '- failover: [openai/gpt-5, openai/gpt-4]', ['4 error chain-of-one']],
    ['a chain of two providers', '- failover: [openai/gpt-5, anthropic/claude]', []],
    ['a program that removes', '- exec: { argv: [redis-cli, FLUSHALL], undo: [x] }', ['4 error destroys-evidence']],
    ['a request that deletes', '- http: { connection: gateway, method: DELETE, path: /runs }\n  irreversible: true', []],
    ['a request with no way back', '- http: { connection: gateway, path: /off }', ['4 error irreversible-unsaid']],
    ['a program of a parameter', '- exec: { argv: ["{{ params.agent }}"], undo: [x] }', ['4 error template-place']],
    ['a host of a parameter', '- http: { connection: "{{ params.agent }}", path: /x }', ['4 error template-place']],
    ['a language of a parameter', '- disable: {}\n  ttl: 1h\n  when: agent.name == "{{ params.agent }}"', ['4 error template-place']],
    ['an expression with a pattern', '- disable: {}\n  ttl: 1h\n  when: agent.name.matches("x")', ['6 error expression']],
    ['a disable without an end', '- disable: {}', ['4 warning disable-without-ttl']],
  ])('%s', async (_, steps, expected) => {
    expect(await lint(steps)).toEqual(expected);
  });

  test('what starts by itself is bounded in all ways', async () => {
    const rest = 'triggers: [ { alert: x, mode: auto } ]\n';
    expect(await lint('- disable: {}\n  ttl: 1h', { rest })).toEqual(Array(3).fill('1 error auto-without-bounds'));
    expect(await lint('- disable: {}\n  ttl: 1h', { rest: `${rest}guardrails: { runs_per_hour: 1, targets: 1, cooldown: 5m }\n` })).toEqual(
      [],
    );
  });
});

describe('class safety', () => {
  const close = '- disable: {}\n- manual: look';
  test.each([
    ['contains and looks', close, []],
    ['contains nothing', '- manual: look', ['1 error safety-without-containment']],
    ['tells before it contains', `- notify: { message: hi }\n${close}`, ['4 error safety-contains-first']],
    ['asks before it contains', `- approve: may we?\n${close}`, ['4 error safety-waits']],
    ['waits before it contains', `- wait: 1m\n${close}`, ['4 error safety-waits']],
    ['wants its containment approved', '- disable: {}\n  approval: two\n- manual: look', ['4 error safety-waits']],
    ['has a later step approved', `${close}\n- kill: {}\n  irreversible: true\n  approval: two`, ['6 error safety-waits']],
    ['asks behind its containment', `${close}\n- approve: may we?\n  approval: two`, []],
    ['reverts when its time is over', '- disable: {}\n  ttl: 2h\n  on_expiry: revert\n- manual: look', ['4 error safety-reverts']],
    ['reverts on a failure', '- disable: {}\n  on_fail: undo\n- manual: look', ['4 error safety-reverts']],
    ['lets it go on', `${close}\n- enable: {}`, ['6 error safety-reverts']],
    ['drains the queue', `${close}\n- queue: drain\n  irreversible: true`, ['6 error destroys-evidence']],
  ])('%s', async (_, steps, expected) => {
    expect(await lint(steps, { ofClass: 'safety' })).toEqual(expected);
  });
});

test('class safety is not approved before it contains, and what begins by itself may wait for a person behind that', async () => {
  const trigger = (mode: string) =>
    `triggers: [ { alert: x, mode: ${mode} } ]\nguardrails: { runs_per_hour: 1, targets: 1, cooldown: 1m }\n`;
  const close = '- disable: {}\n- manual: look';
  const found = (mode: string) => lint(close, { ofClass: 'safety', rest: trigger(mode) });
  expect([await found('approve'), await found('auto'), await found('suggest')]).toEqual([['1 error safety-waits'], [], []]);
});

describe('against the manifest at hand', () => {
  const bindings = binding([['kill', [closes, cancels]]]);
  test.each([
    ['a control that no agent has', '- scale: 3', ['4 error control-unbound']],
    ['a control that is asked for first', '- scale: 3\n  when: has(controls.scale)', []],
    [
      'an agent that is not there',
      '- disable: {}\n  ttl: 1h\n  when: has(controls.disable)\n  target: nobody',
      ['1 warning unused-param', '4 error agent-unknown'],
    ],
    ['a check that is not there', '- check: pong', ['4 error check-unknown']],
    ['a connection that is not there', '- http: { connection: gate, path: /x }\n  irreversible: true', ['4 error connection-unknown']],
    ['a channel that is not there', '- notify: { to: nobody, message: x }', ['4 error channel-unknown']],
  ])('%s', async (_, steps, expected) => {
    expect(await lint(steps, { bindings })).toEqual(expected);
  });

  test.each([
    ['closes and cancels', [closes, cancels], []],
    ['leaves inside what is inside', [closes], ['9 error kill-leaves-running']],
    ['leaves the door open', [cancels], ['9 error kill-leaves-open']],
    ['closes the door last', [cancels, closes], ['9 error kill-leaves-open']],
    ['cannot be told without its credentials', [bound(null)], []],
  ])('a kill that %s', async (_, kill, expected) => {
    expect(await lint('- kill: {}\n  irreversible: true', { bindings: binding([['kill', kill]]) })).toEqual(expected);
  });
});

describe('the shipped runbooks', () => {
  const folder = join(import.meta.dirname, '../../../runbooks');
  test.each(readdirSync(folder))('%s has nothing that lint finds, on an agent with everything and on one with little', async (file) => {
    const { runbook, problems } = await openParsed(noFiles, 'x').read(file, readFileSync(join(folder, file), 'utf8'));
    expect(problems).toEqual([]);
    if (runbook === null) return;
    expect(`${runbook.name}.yaml`).toBe(file);
    expect(lintRunbook(runbook, everything)).toEqual([]);
    const needed = lintRunbook(runbook, binding([])).map(({ rule }) => rule);
    expect(needed.filter((rule) => rule !== 'control-unbound')).toEqual([]);
  });
});
