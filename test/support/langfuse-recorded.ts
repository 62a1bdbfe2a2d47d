import { dig, digArray, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../../src/ground/json.ts';
import type { Reply } from './http-peer.ts';
import { captureOf } from './recorded.ts';
import { json } from './replies.ts';

const pairs = digArray(parseJson(captureOf('langfuse/v4-recorded.json')), 'pairs');

/** What a real Langfuse v4.16.0 answered, by the name of the recording. */
export const langfuseBody = (name: string): Json => {
  const pair = pairs.find((each) => digString(each, 'name') === name);
  if (pair === undefined) throw new Error(`nothing recorded as ${name}`);
  return dig(pair, 'response', 'body') as Json;
};

/** The rows of a recorded list. */
export const langfuseRows = (name: string): readonly JsonObject[] => digArray(langfuseBody(name), 'data').filter(isObject);

/** Plays a recorded answer with its status. */
export const langfuseReply = (name: string): Reply => {
  const pair = pairs.find((each) => digString(each, 'name') === name);
  return json(langfuseBody(name), digNumber(pair, 'response', 'status') ?? 200);
};
