import { digString, type JsonObject } from '../../ground/json.ts';
import type { Letter } from './port.ts';
import { bodyOf, cut, headline, receiverKey, standingWord } from './wording.ts';

/** Code points of the fields of an alert, the same in Opsgenie and in Jira Service Management; of a value of its details, and how many there may be. */
const [longestMessage, longestAlias, longestDescription, longestEntity, longestTag, longestNote] = [130, 512, 15_000, 512, 50, 25_000];
const longestDetail = 1000;

/** The key under which the alert is opened and closed. */
export const aliasOf = (letter: Letter): string => receiverKey(letter, longestAlias);

/** The alert that a letter opens in Opsgenie and in Jira Service Management. */
export const onCallAlert = (letter: Letter): JsonObject => {
  const { message } = letter;
  const details = Object.entries(message.facts).flatMap(([name, value]) =>
    value === null || typeof value === 'object' ? [] : [[name, cut(String(value), longestDetail)]],
  );
  const tags = [message.fleet, digString(message.facts, 'category')].filter((tag) => tag !== null);
  return {
    message: cut(headline(message), longestMessage),
    alias: aliasOf(letter),
    description: cut(bodyOf(message), longestDescription),
    entity: cut(message.agent ?? message.fleet, longestEntity),
    source: 'agentops',
    tags: tags.map((tag) => cut(tag, longestTag)),
    extraProperties: Object.fromEntries(details),
    priority: message.severity === 'page' ? 'P1' : 'P3',
  };
};

/** What is noted at the end of an alert, or where somebody takes it on. */
export const onCallNote = ({ message }: Letter): JsonObject => ({
  source: 'agentops',
  note: cut(`${standingWord(message)}: ${headline(message)}`, longestNote),
});
