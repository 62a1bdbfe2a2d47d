import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Session } from '../../src/cli/command.ts';
import { labelAnswers } from '../../src/cli/label-answers.ts';
import { whole } from '../../src/ground/output/pieces.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { aFleet } from '../support/facts.ts';
import { fakeContext } from '../support/fake-context.ts';
import { temporaryFolder } from '../support/temporary.ts';

const plain = { width: null, unicode: true, paint: (_tone: string, text: string) => text };

/** A person who types these words, in a folder. */
const person = (cwd: string, typed: readonly string[]) => {
  const left = [...typed];
  const told: string[] = [];
  const session = {
    ctx: fakeContext({ files: systemFiles }),
    cwd,
    fleet: async () => ({ fleet: aFleet() }),
    terminal: {
      out: plain,
      err: plain,
      say: (line: string) => told.push(line),
      prompts: {
        input: async () => {
          const word = left.shift();
          if (word === undefined) throw new Error('the person was asked once more than expected');
          return word;
        },
      },
    },
  } as unknown as Session;
  return { session, told, left };
};

const answers = ['one', 'two', 'three'].map((answer) => JSON.stringify({ input: `${answer}?`, answer, rubric: 'is a number' })).join('\n');
const labelsIn = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { answer: string; label?: string })
    .map(({ answer, label }) => `${answer} ${label ?? '-'}`);

test('asks about one answer after the other, keeps each at once, and goes on where it was left', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'answers.jsonl'), answers);
  const first = person(cwd, ['what?', 'P', 'q']);
  const { formats, next } = await labelAnswers(first.session, 'answers.jsonl', 'labels.jsonl');
  expect(labelsIn(join(cwd, 'labels.jsonl'))).toEqual(['one pass']);
  expect(JSON.parse(whole((await formats.json?.({ look: plain, verbose: false, zone: 'UTC' })) ?? ''))).toMatchObject({
    pass: 1,
    fail: 0,
    labelled: 1,
    remaining: 2,
  });
  expect(next).toEqual(['agentops eval calibrate --labels labels.jsonl']);
  expect(first.told.join('\n')).toContain('criterion is a number');

  const second = person(cwd, ['fail', 's']);
  const outcome = await labelAnswers(second.session, 'answers.jsonl', 'labels.jsonl');
  expect(labelsIn(join(cwd, 'labels.jsonl'))).toEqual(['one pass', 'two fail', 'three skip']);
  expect(second.told.filter((line) => line.startsWith('—'))).toEqual(['— 2 of 3 —', '— 3 of 3 —']);
  const document = JSON.parse(whole((await outcome.formats.json?.({ look: plain, verbose: false, zone: 'UTC' })) ?? '')) as unknown;
  expect(documentSchemas['eval label'].parse(document)).toMatchObject({ labelled: 2, skip: 1, remaining: 0 });

  const third = person(cwd, []);
  await labelAnswers(third.session, 'answers.jsonl', 'labels.jsonl');
  expect(third.told).toEqual([]);
});

test('what an answer holds does nothing to the terminal', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'answers.jsonl'), JSON.stringify({ answer: '\u001B[2J\u001B]0;gone\u0007x', rubric: 'r' }));
  const { session, told } = person(cwd, ['q']);
  await labelAnswers(session, 'answers.jsonl', 'labels.jsonl');
  expect(told.join('\n')).not.toContain('\u001B');
});

test('labels that a file brings along are kept and not asked again', async () => {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'mixed.jsonl'),
    `${JSON.stringify({ answer: 'a', rubric: 'r', label: 'fail' })}\n${JSON.stringify({ answer: 'b', rubric: 'r' })}`,
  );
  const { session } = person(cwd, ['pass']);
  await labelAnswers(session, 'mixed.jsonl', 'labels.jsonl');
  expect(labelsIn(join(cwd, 'labels.jsonl'))).toEqual(['a fail', 'b pass']);
});
