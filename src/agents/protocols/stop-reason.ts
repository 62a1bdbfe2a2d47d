import type { Said } from './turn.ts';

const cut = new Set(['length', 'max_tokens', 'max_output_tokens', 'model_context_window_exceeded']);
const declined = new Set(['content_filter', 'refusal', 'safety']);
const paused = new Set(['pause_turn', 'interrupt', 'input_required']);

/** Whether a model stopped because it had reached a limit of tokens, in any provider's word for it. */
export const isCutReason = (reason: string): boolean => cut.has(reason.toLowerCase());

/** What a complete answer is worth by the reason that the model stopped for, in any provider's word for it. */
export const judgeStop = (reason: string | null, host: string): Pick<Said, 'outcome' | 'cause' | 'detail'> => {
  const word = reason?.toLowerCase() ?? '';
  if (cut.has(word)) return { outcome: 'truncated', cause: word, detail: `the answer of ${host} was cut at its token limit` };
  if (declined.has(word)) return { outcome: 'refused', cause: word, detail: `the model behind ${host} declined to answer (${word})` };
  if (paused.has(word))
    return { outcome: 'interrupted', cause: word, detail: `${host} paused its turn (${word}) and waits to be continued` };
  return { outcome: 'ok' };
};
