import type { Fleet } from '../../../fleet/agent.ts';
import { dig, digNumber, type Json } from '../../../ground/json.ts';

/** Tokens of an answer where the endpoint sets no `max_tokens`: many times what a judge is asked to say, thinking included. */
export const usualMostTokens = 8192;

/** The most tokens that one question to a model can take. */
export interface MostTokens {
  readonly input: number;
  readonly output: number;
}

/**
 * What a question may take at most. A token stands for one byte at least, so that a text of n bytes has no more than n tokens; what the
 * endpoint adds to every request counts as well.
 * @param config of the endpoint, as its protocol reads it
 */
export const mostTokens = (config: unknown, prompt: string): MostTokens => {
  const params = dig(config, 'params') as Json | undefined;
  const told = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'].flatMap((name) => digNumber(params, name) ?? []);
  return {
    input: Buffer.byteLength(prompt) + Buffer.byteLength(JSON.stringify(params ?? {})) + 256,
    output: told.length === 0 ? usualMostTokens : Math.max(...told),
  };
};

/** The model an endpoint names; null where it names none. */
export const modelOf = (config: unknown): string | null => {
  const model = dig(config, 'model');
  return typeof model === 'string' ? model : null;
};

/** The models that the entries of `judges:` with these names ask, members of panels among them. */
export const modelsAsked = ({ judges }: Pick<Fleet, 'judges'>, names: readonly string[]): readonly (readonly [string, string | null])[] =>
  [...new Set(names.flatMap((name) => judges[name]?.panel ?? [name]))].map((name) => {
    const { endpoint, embeddings } = judges[name] ?? {};
    return [name, embeddings?.model ?? modelOf(endpoint?.config)] as const;
  });
