import type { Turn } from '../../agents/protocols/port.ts';
import { type Json, parseJson } from '../../ground/json.ts';

/** The turn that is judged: the last one. */
export const judgedTurn = (seen: readonly Turn[]): Turn => {
  const last = seen.at(-1);
  if (last === undefined) throw new Error('there is no turn to judge');
  return last;
};

/** promptfoo's `output`: the text, or the structured output where there is no text. */
export const outputOf = (turn: Turn): Json => (turn.text === '' ? (turn.structured ?? '') : turn.text);

/** The output as text. */
export const answerText = (seen: readonly Turn[]): string => {
  const output = outputOf(judgedTurn(seen));
  return typeof output === 'string' ? output : JSON.stringify(output);
};

/** The answer as a value: its structured output, else its whole text as JSON; undefined where it is neither. */
export const answerJson = (seen: readonly Turn[]): Json | undefined => {
  const { structured, text } = judgedTurn(seen);
  return structured ?? parseJson(text);
};

/** Everything the agent let out: text and structured output. What it must not say, it must not say in either. */
export const spokenText = (seen: readonly Turn[]): string => {
  const { structured, text } = judgedTurn(seen);
  return structured === null ? text : `${text}\n${JSON.stringify(structured)}`;
};
