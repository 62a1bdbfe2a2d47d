/** An agent of the demo that listens; its script has its name. */
export interface ScriptedAgent {
  readonly name: string;
  /** It is ended as soon as its port is known, so that nobody answers there. */
  readonly isDown: boolean;
}

const up = (name: string): ScriptedAgent => ({ name, isDown: false });

/** What has to be started. `stock` comes first: `orders` asks it, and has to know its port. */
export const firstAgent: ScriptedAgent = { name: 'stock', isDown: true };
export const otherAgents: readonly ScriptedAgent[] = [
  'support',
  'kb-search',
  'policy-bot',
  'refunds',
  'orders',
  'summarizer',
  'invoices',
  'onboarding',
].map(up);

/** The agent that is not asked but reports by itself, as a nightly job would. */
export const nightlyJob = { name: 'nightly-index', note: '12,408 articles' };

/** Why an agent of the demo is not green, in the order in which a person would look at them. */
export const mishaps: readonly { readonly agent: string; readonly why: string }[] = [
  { agent: 'stock', why: 'is down: nobody listens at its port any more' },
  { agent: 'orders', why: 'is well but needs stock (depends_on): shown, and not counted again' },
  { agent: 'policy-bot', why: 'answers at once, politely, and wrong: HTTP 200 proves nothing' },
  { agent: 'refunds', why: 'stops to ask for an approval where nobody expects one' },
  { agent: 'summarizer', why: 'is right but slow: worth a look, nothing to wake anybody for' },
];

/** What the month of traces shows, newest first, and the column of `agentops status` that shows it. `incidents.yaml` has the times. */
export const trouble: readonly { readonly agent: string; readonly why: string }[] = [
  { agent: 'onboarding', why: 'ordered one laptop ninety times last night: look at DEEPEST and at its cost' },
  { agent: 'orders', why: 'failed for some hours two days ago, because stock, which it asks, did not answer: ERR' },
  { agent: 'summarizer', why: 'costs more than twice as much a request since its release of six days ago: VS 7D' },
];

/** `kb-search` → `DEMO_KB_SEARCH_PORT`: what the manifest of the demo calls it. */
export const portVariable = (agent: string): string => `DEMO_${agent.toUpperCase().replaceAll('-', '_')}_PORT`;

/**
 * A file for a POSIX shell: who reads it talks to the running demo from anywhere.
 * @param program the words that call agentops where it is not on the search path
 */
export const shellFile = (path: string, variables: Readonly<Record<string, string>>, program: readonly string[]): string =>
  [
    `# Makes a shell talk to the demo that runs now:  . ${path}`,
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `command -v agentops >/dev/null || agentops() { ${program.map(quoted).join(' ')} "$@"; }`,
    '',
  ].join('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
