import type { Fleet } from '../../fleet/agent.ts';

/** A backend that agents send to, as the manifest has it. */
export interface OtlpSource {
  readonly name: string;
  /** Whether costs that agents report outrank our prices. */
  readonly trustCost: boolean;
  /** References to tokens, each with the agent that its holder is believed to be. */
  readonly tokens: readonly (readonly [reference: string, agent: string])[];
}

interface OtlpConfig {
  readonly tokens?: Readonly<Record<string, string>>;
  readonly trust_cost?: boolean;
}

/** What sent spans count as where the manifest names no backend for them. */
const unnamed: OtlpSource = { name: 'otlp', trustCost: false, tokens: [] };

const sourceOf = ([name, { config }]: readonly [string, { readonly config: unknown }]): OtlpSource => {
  const { tokens = {}, trust_cost = false } = config as OtlpConfig;
  return { name, trustCost: trust_cost, tokens: Object.entries(tokens) };
};

/** The backends of kind otlp, in the order of the manifest; never empty. */
export const otlpSources = ({ backends }: Pick<Fleet, 'backends'>): readonly [OtlpSource, ...OtlpSource[]] => {
  const [first = unnamed, ...rest] = Object.entries(backends)
    .filter(([, { kind }]) => kind === 'otlp')
    .map(sourceOf);
  return [first, ...rest];
};
