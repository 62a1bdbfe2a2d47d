import type { JsonObject } from '../../ground/json.ts';
import { inertLine, inertText } from '../../ground/output/escape.ts';
import { isoTime } from '../../ground/output/json.ts';
import type { About, Letter } from './port.ts';

/**
 * What a program gets of a message: type, time and data, as Standard Webhooks has it. Its texts hold nothing that a terminal would obey; they
 * are plain text, to be escaped by whoever shows them as something else.
 */
export const envelopeOf = ({ message, dedupKey, id, madeAt }: Letter): JsonObject => ({
  type: message.event,
  timestamp: isoTime(madeAt),
  data: {
    id,
    dedup_key: dedupKey,
    ...(message.about === undefined ? {} : { about: aboutOf(message.about) }),
    fleet: message.fleet,
    agent: message.agent,
    severity: message.severity,
    title: inertLine(message.title),
    text: inertText(message.text),
    next: message.next,
    facts: message.facts,
  },
});

/** The key by which receivers join what is said of one thing, and whether it begins or ends. */
const aboutOf = ({ key, phase, since }: About): JsonObject => ({ key, phase, since: since === undefined ? null : isoTime(since) });
