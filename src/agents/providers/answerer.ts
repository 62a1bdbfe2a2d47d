/** Who really answered a probe, as far as an answer tells. */
export interface Answerer {
  /** Where the probe was sent, with its port. */
  readonly host: string;
  /** The vendor behind it; null: not told. */
  readonly vendor: string | null;
  /** What passed the probe on; null: nothing that tells of itself. */
  readonly gateway: string | null;
}

const hosts: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)api\.anthropic\.com$/, 'anthropic'],
  [/(^|\.)api\.openai\.com$/, 'openai'],
  [/\.(openai|services\.ai|cognitiveservices)\.azure\.com$/, 'azure'],
  [/(^|[.-])(generativelanguage|aiplatform)\.googleapis\.com$/, 'google'],
  [/^bedrock(-runtime|-mantle)?[.-].*\.(amazonaws\.com|api\.aws)$/, 'aws'],
  [/(^|\.)api\.groq\.com$/, 'groq'],
  [/(^|\.)api\.mistral\.ai$/, 'mistral'],
  [/(^|\.)api\.cohere\.(com|ai)$/, 'cohere'],
  [/(^|\.)api\.deepseek\.com$/, 'deepseek'],
  [/(^|\.)api\.x\.ai$/, 'x-ai'],
  [/(^|\.)api\.together\.(xyz|ai)$/, 'together'],
  [/(^|\.)api\.fireworks\.ai$/, 'fireworks'],
  [/(^|\.)openrouter\.ai$/, 'openrouter'],
];

/** Headers that one vendor alone sends. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/^anthropic-/, 'anthropic'],
  [/^(apim-request-id|x-ms-region|azureml-model-session)$/, 'azure'],
  [/^openai-/, 'openai'],
  [/^x-groq-/, 'groq'],
  [/^x-amzn-bedrock-/, 'aws'],
  [/^mistral-/, 'mistral'],
];

const upstreamPrefix = 'llm_provider-';
const apiBase = 'x-litellm-model-api-base';

const vendorOfHost = (host: string): string | null => hosts.find(([pattern]) => pattern.test(host.toLowerCase()))?.[1] ?? null;

const vendorOfHeaders = (names: readonly string[]): string | null =>
  marks.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? null;

/**
 * Reads who answered out of an answer. A gateway says whose answer it passes on; where it does not, the vendor is not known, whatever its
 * host is called.
 * @param headers lower-case names
 */
export const answererOf = (url: string, headers: Readonly<Record<string, string>>): Answerer => {
  const { host, hostname } = new URL(url);
  const names = Object.keys(headers);
  const upstream = names.flatMap((name) => (name.startsWith(upstreamPrefix) ? [name.slice(upstreamPrefix.length)] : []));
  if (upstream.length === 0 && !names.some((name) => name.startsWith('x-litellm-')))
    return { host, vendor: vendorOfHost(hostname) ?? vendorOfHeaders(names), gateway: null };
  const base = headers[apiBase];
  const behind = base !== undefined && URL.canParse(base) ? new URL(base) : null;
  const vendor = vendorOfHeaders(upstream) ?? (behind === null ? null : (vendorOfHost(behind.hostname) ?? behind.host));
  return { host, vendor, gateway: 'litellm' };
};

/** What tells answerers apart; null: it is not known who is behind the gateway. */
export const identityOf = ({ host, vendor, gateway }: Answerer): string | null => vendor ?? (gateway === null ? host : null);
