import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashKeyBytes, hashPrompt } from '../../../src/telemetry/traces/fingerprint-text.ts';
import { promptParts } from '../../../src/telemetry/traces/prompt-parts.ts';
import { bitsWithin, differingBits, sketchPrompt, unpackSketch } from '../../../src/telemetry/traces/prompt-sketch.ts';
import { seeded } from '../../bench/advice-scenarios.mjs';
import { foundBy, labelledPrompts } from '../../bench/prompt-pairs.mjs';

const key = Buffer.alloc(hashKeyBytes, 7);
const sketched = (prompt: string) => unpackSketch(Buffer.from(sketchPrompt(key, prompt), 'latin1'));

const rules = 'Answer in one sentence. '.repeat(40);
const question = 'How many days do I have to return a phone that I bought in March?';

describe('a prompt is cut into what is always sent and what is asked', () => {
  test.each([
    [
      'messages',
      [
        { role: 'system', content: rules },
        { role: 'user', content: question },
      ],
    ],
    [
      'a developer message',
      [
        { role: 'developer', content: rules },
        { role: 'user', content: question },
      ],
    ],
    [
      'parts',
      [
        { role: 'system', parts: [{ type: 'text', content: rules }] },
        { role: 'user', parts: [{ type: 'text', content: question }] },
      ],
    ],
    [
      'LangChain',
      [
        [
          { type: 'system', content: rules },
          { type: 'human', content: question },
        ],
      ],
    ],
    ['a request', { model: 'm', system: rules, messages: [{ role: 'user', content: question }] }],
    ['tools', { tools: [{ name: rules }], messages: [{ role: 'user', content: question }] }],
    [
      'numbered attributes',
      [
        { 'llm.input_messages.0.message.role': 'system' },
        { 'llm.input_messages.0.message.content': rules },
        { 'llm.input_messages.1.message.role': 'user' },
        { 'llm.input_messages.1.message.content': question },
      ],
    ],
    ['events', [{ 'gen_ai.system.message': { content: rules } }, { 'gen_ai.user.message': { content: question } }]],
  ])('%s', (_, prompt) => {
    const { fixed, asked } = promptParts(JSON.stringify(prompt));
    expect(fixed).toContain(rules);
    expect(fixed).not.toContain(question);
    expect(asked).toContain(question);
    expect(asked).not.toContain(rules);
  });

  test.each([
    ['an answer of a tool', { role: 'tool', content: 'found' }],
    ['a result in a user message', { role: 'user', content: [{ type: 'tool_result', content: 'found' }] }],
    ['an answer of its own', { role: 'assistant', content: 'Let me see' }],
  ])('and goes on with what was asked before where it ends with %s', (_, last) => {
    const prompt = JSON.stringify([{ role: 'user', content: question }, last]);
    expect(promptParts(prompt).goesOn).toBe(true);
    expect(sketched(prompt)?.minHash).toBeNull();
  });

  test('plain text is asked, and so is what looks like JSON and is none', () => {
    for (const text of [question, `[${question}`, '[1, 2]', '{"a": 1}'])
      expect(promptParts(text)).toEqual({ fixed: '', asked: text, goesOn: false });
  });
});

describe('a sketch', () => {
  test('of any text is read back', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const sketch = sketched(text);
        expect(sketch).not.toBeNull();
        expect(sketch?.minHash?.length ?? 4).toBe(4);
      }),
    ));

  test('tells the instructions of a prompt and their share of it', () => {
    const prompt = (system: string, user: string) =>
      JSON.stringify([
        { role: 'system', content: system },
        { role: 'user', content: user },
      ]);
    const [one, other] = [sketched(prompt(rules, question)), sketched(prompt(rules, 'Something quite different'))];
    expect(one?.prefix?.hash).toBe(other?.prefix?.hash);
    expect(one?.prefix?.share).toBeCloseTo(rules.length / (rules.length + question.length), 1);
    expect(sketched(prompt(`${rules} Be kind.`, question))?.prefix?.hash).not.toBe(one?.prefix?.hash);
    expect(sketched(question)?.prefix).toBeNull();
  });

  test('says nothing of a text to who has not the key', () => {
    const prompt = JSON.stringify([
      { role: 'system', content: rules },
      { role: 'user', content: question },
    ]);
    expect(sketchPrompt(Buffer.alloc(hashKeyBytes, 8), prompt)).not.toBe(sketchPrompt(key, prompt));
  });

  // Of 10,000: 11.1 % and 19.8 %, by `npm run bench -- advice`.
  test('finds the questions that were asked before: equal ones, and those in nearly the same words', () => {
    const prompts = labelledPrompts(seeded(3), 3000).map(({ id, text }) => ({
      id,
      hash: hashPrompt(key, text),
      bits: sketched(text)?.minHash ?? new Int32Array(4),
    }));
    const equal = foundBy(prompts, (a, b) => a.hash === b.hash);
    const alike = foundBy(prompts, (a, b) => differingBits(a.bits, b.bits) <= bitsWithin(0.8));
    expect(equal.precision).toBe(1);
    expect(equal.share).toBeGreaterThan(0.09);
    expect(equal.share).toBeLessThan(0.13);
    expect(alike.precision).toBeGreaterThan(0.99);
    expect(alike.share).toBeGreaterThan(0.17);
    expect(alike.share).toBeLessThan(0.22);
  });
});
