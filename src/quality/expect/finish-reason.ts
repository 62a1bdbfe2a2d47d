/** Every vendor's word for why a model stopped, under the one that OpenAI and promptfoo use. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  stop: ['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'end', 'complete', 'completed', 'finished'],
  length: ['length', 'max_tokens', 'max_output_tokens', 'max_length', 'model_context_window_exceeded', 'incomplete'],
  tool_calls: ['tool_calls', 'tool_call', 'tool_use', 'function_call'],
  content_filter: ['content_filter', 'content_filtered', 'refusal', 'safety', 'recitation', 'blocklist', 'prohibited_content', 'spii'],
};

/** `end_turn`, `STOP` → `stop`; an unknown word stays itself, in lower case. */
export const normalFinishReason = (reason: string): string => {
  const word = reason.trim().toLowerCase().replaceAll('-', '_');
  return Object.entries(synonyms).find(([, words]) => words.includes(word))?.[0] ?? word;
};
