import { digString, type Json } from '../../ground/json.ts';
import { excerpt, type Said } from './turn.ts';

const limited = /rate_limit|overloaded|too_many_requests|insufficient_quota/;
const unauthorized = /authentication|permission|invalid_api_key|unauthorized/;

/** What an error object inside an answer is worth; OpenAI and Anthropic both name its class in `type` or `code`. */
export const judgeError = (error: Json, host: string): Pick<Said, 'outcome' | 'cause' | 'detail'> => {
  const name = digString(error, 'code') ?? digString(error, 'type');
  const words = `${digString(error, 'code') ?? ''} ${digString(error, 'type') ?? ''}`;
  return {
    outcome: limited.test(words) ? 'rate_limited' : unauthorized.test(words) ? 'unauthorized' : 'agent_error',
    cause: name === null ? 'error in the answer' : excerpt(name),
    detail: `${host} answered an error: ${excerpt(typeof error === 'string' ? error : (digString(error, 'message') ?? JSON.stringify(error)))}`,
  };
};
