import { z } from 'zod';
import { secretField, timeoutField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import type { JsonObject } from '../../../ground/json.ts';
import { inertLine, inertText } from '../../../ground/output/escape.ts';
import type { Delivery, Letter, Notifier } from '../port.ts';
import { usualTimeoutMs } from '../posting.ts';
import { sendPost } from '../send-post.ts';
import { cut, headline, standingWord } from '../wording.ts';

const config = z.strictObject({
  kind: z.literal('slack'),
  url: secretField().describe('The url of an incoming webhook; whoever has it can post, so it is a reference.'),
  timeout: timeoutField().optional().describe('How long one attempt may take; default 10s.'),
});
type Config = z.infer<typeof config>;

/** A Slack channel, by an incoming webhook. It wakes nobody: what is said there is read when somebody looks. */
export default adapter<Config, Notifier>({
  kind: 'slack',
  summary: 'A Slack channel, by an incoming webhook; several alerts of a group become one message.',
  config,
  open: (channel, world) => ({
    send: (letter, signal) => post(channel, world, messageOf([letter]), signal),
    sendTogether: (letters, signal) => post(channel, world, messageOf(letters), signal),
  }),
});

const post = async (channel: Config, world: World, body: JsonObject, signal: AbortSignal): Promise<Delivery> => {
  const timeoutMs = channel.timeout ?? usualTimeoutMs;
  const url = world.secrets.reveal(channel.url);
  const { refused } = await sendPost(world, { receiver: 'Slack', url, headers: {}, body: JSON.stringify(body), timeoutMs }, signal);
  return refused ?? { result: 'sent', ref: null };
};

/** Characters of a notification, of a section and of a context element (Block Kit). */
const [longestText, longestSection, longestContext] = [2000, 3000, 2000];

const messageOf = (letters: readonly Letter[]): JsonObject => ({
  // What a phone shows; with blocks it is not shown in the channel.
  text: cut(letters.map(summaryOf).join('\n'), longestText, escaped),
  blocks: letters.flatMap(blocksOf),
  unfurl_links: false,
  unfurl_media: false,
});

const summaryOf = ({ message }: Letter): string => `[${standingWord(message)}] ${headline(message)}`;

const blocksOf = (letter: Letter): readonly JsonObject[] => {
  const { message, dedupKey } = letter;
  const said = [summaryOf(letter), inertText(message.text)].filter((part) => part !== '').join('\n');
  const next = message.next === null ? [] : [{ type: 'section', text: words(`Next: ${inertLine(message.next)}`, longestSection) }];
  const foot = `${message.fleet} | ${message.severity} | ${inertLine(message.about?.key ?? dedupKey)}`;
  return [{ type: 'section', text: words(said, longestSection) }, ...next, { type: 'context', elements: [words(foot, longestContext)] }];
};

/** `verbatim`: names, channels and addresses in it stay text. */
const words = (text: string, most: number): JsonObject => ({ type: 'mrkdwn', verbatim: true, text: cut(text, most, escaped) });

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The three characters that mentions and links are made of. */
const escaped = (point: string): string => entities[point] ?? point;
