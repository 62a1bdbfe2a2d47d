/** Spellings of each provider's name in telemetry, gateways and model prefixes, with dashes; keys are the ids of the price list. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['claude'],
  arcee: [],
  avian: [],
  aws: ['aws.bedrock', 'bedrock', 'amazon', 'amazon-bedrock', 'aws-bedrock', 'bedrock-converse', 'bedrock-runtime'],
  azure: ['az.ai.openai', 'az.ai.inference', 'azure.ai.openai', 'azure.ai.inference', 'azure-openai', 'azure-ai', 'azureopenai'],
  baseten: [],
  cerebras: [],
  cloudflare: ['workers-ai', 'cloudflare-workers-ai'],
  cohere: ['cohere-chat'],
  cursor: [],
  deepseek: [],
  doubleword: [],
  fireworks: ['fireworks-ai'],
  'github-copilot': [],
  google: [
    'gemini',
    'vertex',
    'vertex-ai',
    'vertexai',
    'gcp',
    'gcp.gemini',
    'gcp.vertex-ai',
    'gcp.gen-ai',
    'google-genai',
    'google-ai-studio',
    'google-vertex',
    'google-vertexai',
    'google-generative-ai',
    'models',
  ],
  groq: [],
  huggingface_cerebras: [],
  'huggingface_fireworks-ai': [],
  huggingface_groq: [],
  huggingface_hyperbolic: [],
  huggingface_nebius: [],
  huggingface_novita: [],
  huggingface_nscale: [],
  huggingface_ovhcloud: [],
  huggingface_publicai: [],
  huggingface_sambanova: [],
  huggingface_together: [],
  minimax: [],
  mistral: ['mistralai', 'mistral-ai'],
  modal: [],
  moonshotai: ['moonshot', 'moonshot-ai'],
  novita: ['novita-ai'],
  openai: ['text-completion-openai', 'openai-responses'],
  openrouter: [],
  ovhcloud: [],
  perplexity: ['perplexity-ai', 'pplx'],
  quicksilverpro: [],
  together: ['together-ai', 'togetherai'],
  typesafe: [],
  voyageai: ['voyage'],
  'x-ai': ['xai', 'grok'],
  zai: ['z-ai', 'z.ai'],
  zhipuai: ['zhipu', 'bigmodel'],
};

/** They pass calls on; whose price it is stands in the model's name. */
const gateways: ReadonlySet<string> = new Set(['litellm', 'litellm-proxy', 'portkey', 'helicone', 'gateway', 'vercel', 'langchain']);

/** The ids of the price list. */
export const listedProviders: readonly string[] = Object.keys(spellings);

const canonical: ReadonlyMap<string, string> = new Map(
  Object.entries(spellings).flatMap(([id, others]) => [id.replaceAll('_', '-'), ...others].map((spelling) => [spelling, id] as const)),
);

/**
 * One name for each provider: `aws.bedrock` is aws, `openai.chat` openai, `azure_openai` azure. A provider that nobody knows keeps its
 * name in lower case. Where none is told, the prefix of the model (`openai/gpt-4o`) tells it. Null: not known.
 */
export const providerName = (provider: string | null, model: string | null): string | null => {
  if (provider === null) return prefixOf(model ?? '')?.provider ?? null;
  const name = provider.trim().toLowerCase();
  return knownProvider(name) ?? (name === '' ? null : name);
};

/** A model's name behind one name for its provider, lower case: `bedrock/x` is `aws/x`, and `openai/openai/x` is `openai/x`. */
export const canonicalName = (model: string): string => {
  const name = model.trim().toLowerCase();
  const outer = prefixOf(name);
  if (outer === null) return name;
  const inner = prefixOf(outer.rest);
  return inner?.provider === outer.provider ? `${inner.provider}/${inner.rest}` : `${outer.provider}/${outer.rest}`;
};

/** By the whole name, else by its first word: `anthropic.messages`, `google.vertex.chat`. */
const knownProvider = (name: string): string | null => {
  const dashed = name.replaceAll('_', '-');
  return canonical.get(dashed) ?? canonical.get(dashed.split('.', 1)[0] ?? '') ?? null;
};

/** A pair to look up in a price list. A provider of null: whoever makes a model of that name. */
export interface PricedName {
  readonly provider: string | null;
  readonly model: string;
}

/** Longer names are no names of models. */
const longestName = 200;

/**
 * What a model may be called in a price list, the most literal first. A provider that is told but unknown has none: a model that somebody
 * hosts does not cost what its maker takes for it.
 */
export const pricedNames = (provider: string | null, model: string): readonly PricedName[] => {
  const name = model.trim().toLowerCase();
  if (name === '' || name.length > longestName) return [];
  const told = provider?.trim().toLowerCase().replaceAll('_', '-') ?? '';
  const prefix = prefixOf(name);
  if (told !== '' && !gateways.has(told)) {
    const known = knownProvider(told);
    if (known === null) return [];
    const rest = prefix === null ? [] : spelled(known, prefix.rest);
    return [...spelled(known, name), ...rest];
  }
  return prefix === null ? spelled(null, name) : [...spelled(prefix.provider, prefix.rest), ...spelled(null, prefix.rest)];
};

/** The name as it is, and without the date or the revision that some platforms hang on (`@20250929`, `-v1:0`). */
const spelled = (provider: string | null, model: string): readonly PricedName[] => {
  const bare = model.replace(/@[^@/]*$/, '').replace(/-v\d+(:\d+)?$/, '');
  return bare === model || bare === ''
    ? [{ provider, model }]
    : [
        { provider, model },
        { provider, model: bare },
      ];
};

/** `openai/gpt-4o` → openai, gpt-4o; gateways in front are passed. Null where what stands before the slash is no provider. */
const prefixOf = (model: string): { readonly provider: string; readonly rest: string } | null => {
  let rest = model;
  for (let slash = rest.indexOf('/'); slash > 0; slash = rest.indexOf('/')) {
    const head = rest.slice(0, slash).trim().toLowerCase().replaceAll('_', '-');
    rest = rest.slice(slash + 1);
    if (gateways.has(head)) continue;
    const provider = canonical.get(head);
    return provider === undefined || rest === '' ? null : { provider, rest };
  }
  return null;
};
