import { expect, test } from 'vitest';
import { confirmCommand, shellWord } from '../../../src/response/runbooks/next-command.ts';
import { readRunbookText } from '../../../src/response/runbooks/runbook-file.ts';
import { callsFor } from '../../../src/response/runbooks/trigger.ts';

const book = (name: string, params: string, triggers: string) => {
  const text = `metadata: { name: ${name}, class: loop }\nparams: { ${params} }\ntriggers: [ ${triggers} ]\nsteps: [ { wait: 1s } ]\n`;
  const { runbook, problems } = readRunbookText(text, `${name}.yaml`);
  if (runbook === null) throw new Error(problems[0]?.message);
  return runbook;
};

const books = [
  book('calm', 'agent: { type: agent }', '{ alert: "*loop*" }'),
  book(
    'firm',
    'agent: { type: agent }, for: { type: duration, default: 2h }',
    '{ alert: "loop-*", mode: auto }, { alert: "*", mode: suggest }',
  ),
  book('unsure', 'agent: { type: agent }, model: { type: text }', '{ alert: "loop-*", mode: auto }'),
  book('other', 'agent: { type: agent }', '{ alert: latency, mode: auto }'),
];

const called = (rule: string, agent: string | null) =>
  callsFor(books, { rule, agent }, ['support']).map(({ runbook, mode, missing, command }) => [runbook.name, mode, missing, command]);

test('an alert calls for the runbooks that name it, the most resolute first, with the next thing to type', () => {
  expect(called('loop-depth', 'support')).toEqual([
    ['firm', 'auto', [], 'agentops runbook run firm --agent support'],
    ['calm', 'suggest', [], 'agentops runbook run calm --agent support'],
    ['unsure', 'suggest', ['model'], 'agentops runbook run unsure --agent support'],
  ]);
});

test('what cannot be told from the alert is never started by itself', () => {
  expect(called('loop-depth', null).map(([name, mode]) => [name, mode])).toEqual([
    ['calm', 'suggest'],
    ['firm', 'suggest'],
    ['unsure', 'suggest'],
  ]);
});

test('an agent that is not in the fleet reaches no command', () => {
  expect(called('loop-depth', '--agent; rm -rf /').map(([, , , command]) => command)).toEqual([
    'agentops runbook run calm',
    'agentops runbook run firm',
    'agentops runbook run unsure',
  ]);
});

test('a command holds only what differs, each word as a shell takes it for itself', () => {
  const [, firm] = books;
  if (firm === undefined) throw new Error('there is one');
  expect(confirmCommand(firm, { agent: 'support', for: 1_800_000 }, 'abcdef0123456789')).toBe(
    'agentops runbook run firm --agent support --param for=30m --confirm abcdef012345',
  );
  expect(shellWord("what=it's $(id); `x` *")).toBe("'what=it'\\''s $(id); `x` *'");
  expect(shellWord('')).toBe("''");
});

test('a stage of a rule is met by what names the rule, and by what names just that stage', () => {
  const staged = [
    book('tell', 'agent: { type: agent }', '{ alert: "budget-*" }'),
    book('slow', 'agent: { type: agent }', '{ alert: "budget-*/80%", mode: auto }'),
    book('stop', 'agent: { type: agent }', '{ alert: "budget-day/100%", mode: auto }'),
  ];
  const by = (label?: string) =>
    callsFor(staged, { rule: 'budget-day', agent: 'support', ...(label === undefined ? {} : { label }) }, ['support']).map(
      ({ runbook, mode }) => [runbook.name, mode],
    );
  expect(by('50%')).toEqual([['tell', 'suggest']]);
  expect(by('80%')).toEqual([
    ['slow', 'auto'],
    ['tell', 'suggest'],
  ]);
  expect(by('100%')).toEqual([
    ['stop', 'auto'],
    ['tell', 'suggest'],
  ]);
  expect(by()).toEqual([['tell', 'suggest']]);
});
