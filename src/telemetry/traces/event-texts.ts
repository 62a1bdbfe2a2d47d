import { spanNames } from './attribute-names.ts';
import type { RawEvent } from './raw-span.ts';
import { tellerOf } from './told.ts';

/** Events that hold a prompt or one message of it, and those that hold an answer, as OpenTelemetry's GenAI conventions had them in turn. */
const asked = /^gen_ai\.(?:content\.prompt|(?:system|user|assistant|tool)\.message)$/;
const answered = /^gen_ai\.(?:content\.completion|choice)$/;
const details = 'gen_ai.client.inference.operation.details';

const { input, output } = spanNames;
const tell = tellerOf({ input, output });

export interface EventTexts {
  readonly input: string | null;
  readonly output: string | null;
}

const noTexts: EventTexts = { input: null, output: null };

/** What was asked and answered, of a span that tells it in its events: all of it in one, or message by message. */
export const textsOfEvents = (events: readonly RawEvent[]): EventTexts => {
  if (events.length === 0) return noTexts;
  const whole = events.find(({ name }) => name === details);
  if (whole !== undefined) return tell(whole.attributes);
  return { input: messages(events, asked), output: messages(events, answered) };
};

/** The messages in the order they were sent, each under what it is. */
const messages = (events: readonly RawEvent[], names: RegExp): string | null => {
  const found = events.filter(({ name }) => names.test(name)).map(({ name, attributes }) => ({ [name]: Object.fromEntries(attributes) }));
  return found.length === 0 ? null : JSON.stringify(found);
};
