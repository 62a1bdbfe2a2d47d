import { expect, test } from 'vitest';
import { answeredText, askedText } from '../../../src/quality/evals/told-text.ts';

const asked: readonly (readonly [string, unknown, string])[] = [
  ['plain text', 'How long?', 'How long?'],
  ['text that looks like JSON', '30', '30'],
  [
    'OpenAI messages',
    [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'How long?' },
    ],
    'How long?',
  ],
  [
    'the last of several questions',
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c' },
      ],
    },
    'c',
  ],
  [
    'content in pieces',
    [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: {} },
          { type: 'text', text: 'b' },
        ],
      },
    ],
    'a\nb',
  ],
  ['parts of OpenTelemetry', [{ role: 'user', parts: [{ type: 'text', content: 'How long?' }] }], 'How long?'],
  ['LangChain', { messages: [[{ type: 'human', content: 'How long?' }]] }, 'How long?'],
  [
    'numbered attributes',
    [
      { 'gen_ai.prompt.0.role': 'system' },
      { 'gen_ai.prompt.0.content': 'x' },
      { 'gen_ai.prompt.1.content': 'How long?' },
      { 'gen_ai.prompt.1.role': 'user' },
    ],
    'How long?',
  ],
  [
    'numbered attributes of OpenInference',
    [{ 'llm.input_messages.0.message.role': 'user' }, { 'llm.input_messages.0.message.content': 'How long?' }],
    'How long?',
  ],
  ['a function', { question: 'How long?', k: 3 }, 'How long?'],
  ['a function inside another', { input: { query: 'How long?' } }, 'How long?'],
  ['a Responses request', { model: 'm', input: [{ role: 'user', content: 'How long?' }] }, 'How long?'],
  ['nothing that is known', { a: [1] }, '{"a":[1]}'],
];

test.each(asked)('what was asked is found in %s', (_, told, text) =>
  expect(askedText(typeof told === 'string' ? told : JSON.stringify(told))).toBe(text),
);

const answered: readonly (readonly [string, unknown, string])[] = [
  ['plain text', 'In 30 days.', 'In 30 days.'],
  ['a chat completion', { choices: [{ message: { role: 'assistant', content: 'In 30 days.' } }] }, 'In 30 days.'],
  ['one message', { role: 'assistant', content: 'In 30 days.' }, 'In 30 days.'],
  ['Anthropic pieces', { role: 'assistant', content: [{ type: 'text', text: 'In 30 days.' }] }, 'In 30 days.'],
  [
    'messages, after the question',
    [
      { role: 'user', content: 'How long?' },
      { role: 'assistant', content: 'In 30 days.' },
    ],
    'In 30 days.',
  ],
  ['a function', { answer: 'In 30 days.' }, 'In 30 days.'],
  ['structured output, which stays whole', { days: 30 }, '{"days":30}'],
];

test.each(answered)('what was answered is found in %s', (_, told, text) =>
  expect(answeredText(typeof told === 'string' ? told : JSON.stringify(told))).toBe(text),
);
