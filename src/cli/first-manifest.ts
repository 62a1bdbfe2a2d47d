/** What is known of the one agent that a first manifest holds. */
export interface FirstAgent {
  readonly fleet: string;
  readonly agent: string;
  readonly protocol: string;
  /** Null: a made-up address stands there. */
  readonly url: string | null;
  /** The model, the assistant or the tool that is asked; null: a made-up one. */
  readonly model: string | null;
  /** The environment variable that holds the credential; null: none is sent. */
  readonly variable: string | null;
  /** A question and a piece of its right answer; null: the agent is only looked at. */
  readonly question: { readonly input: string; readonly contains: string } | null;
}

/** A text as YAML reads it back, whatever is in it; `${` would be a reference. */
const quoted = (text: string): string => JSON.stringify(text.replaceAll('${', () => '$${'));

/** A name without quotes where YAML takes it for text all the same. */
const plain = (name: string): string => (/^(?!(?:true|false|null)$)[A-Za-z][A-Za-z0-9._-]*$/i.test(name) ? name : quoted(name));

/** How one protocol is written: its made-up address, its keys beside the url, and where its credential goes. */
interface ProtocolWords {
  readonly url: string;
  readonly keys: (agent: FirstAgent) => readonly string[];
  /** `{}` stands for the reference. */
  readonly credential: string;
}

const bearer = 'headers: { authorization: "Bearer {}" }';
const modelKey =
  (fallback: string, why: string) =>
  ({ model }: FirstAgent) => [`model: ${quoted(model ?? fallback)}${model === null ? `   # ${why}` : ''}`];

const words: Readonly<Record<string, ProtocolWords>> = {
  'openai-chat': {
    url: 'http://127.0.0.1:8000/v1',
    keys: modelKey('my-agent', 'the name the endpoint knows'),
    credential: 'api_key: "{}"',
  },
  'openai-responses': {
    url: 'http://127.0.0.1:8000/v1',
    keys: modelKey('my-agent', 'the name the endpoint knows'),
    credential: 'api_key: "{}"',
  },
  anthropic: { url: 'https://api.anthropic.com', keys: modelKey('my-model', 'the name the endpoint knows'), credential: 'api_key: "{}"' },
  a2a: { url: 'http://127.0.0.1:8000', keys: () => [], credential: bearer },
  mcp: {
    url: 'http://127.0.0.1:8000/mcp',
    keys: ({ model }) =>
      model === null
        ? ['# tool: search   # without a tool, a turn lists the tools', '# arguments: { query: "{{input}}" }']
        : [`tool: ${quoted(model)}`, '# arguments: { query: "{{input}}" }   # what the tool is called with'],
    credential: bearer,
  },
  langgraph: {
    url: 'http://127.0.0.1:2024',
    keys: ({ model }) => [`assistant_id: ${quoted(model ?? 'agent')}${model === null ? '   # an assistant, or the name of a graph' : ''}`],
    credential: 'api_key: "{}"',
  },
  'ag-ui': { url: 'http://127.0.0.1:8000/agent', keys: () => [], credential: bearer },
  http: {
    url: 'http://127.0.0.1:8000/chat',
    keys: () => [
      'body: { message: "{{input}}" }   # what is sent',
      '# response: { text: $.answer }     # where the answer stands; without it the whole body is the answer',
    ],
    credential: bearer,
  },
  command: {
    url: '',
    keys: () => ['argv: [./my-agent]   # reads the question on its standard input, prints the answer'],
    credential: 'env: { TOKEN: "{}" }',
  },
};

/** The protocols a first manifest can be written for. */
export const writableProtocols: readonly string[] = Object.keys(words);

/** Whether agents of that protocol are reached by a URL. */
export const hasUrl = (protocol: string): boolean => protocol !== 'command';

/** The text of a small manifest that says what each of its lines is for. */
export const firstManifest = (agent: FirstAgent): string => {
  const { url, keys, credential } = words[agent.protocol] ?? { url: '', keys: () => [], credential: bearer };
  const line = (indent: number, text: string) => `${' '.repeat(indent)}${text}`;
  return [
    '# yaml-language-server: $schema=./agentops.schema.json',
    '# Editors complete and check this file with that schema: agentops schema > agentops.schema.json',
    '# agentops explain tells what each field means: agentops explain agents.checks.expect',
    'version: 1',
    `fleet: ${plain(agent.fleet)}`,
    '',
    'defaults:',
    '  every: 10m       # how often a scheduled check runs (agentops health --due)',
    '  timeout: 30s     # how long one answer may take',
    '',
    'agents:',
    `  ${plain(agent.agent)}:`,
    '    # description: What it does, in one sentence',
    '    # owner: "@team"',
    '    tier: 2        # 1 critical, 2 normal, 3 best effort',
    '    endpoint:',
    line(6, `protocol: ${agent.protocol}`),
    ...(hasUrl(agent.protocol)
      ? [line(6, `url: ${quoted(agent.url ?? url)}${agent.url === null ? '   # where the agent answers' : ''}`)]
      : []),
    ...keys(agent).map((text) => line(6, text)),
    agent.variable === null
      ? line(6, `# ${credential.replace('{}', '${AGENT_TOKEN}')}   # a secret is always a reference`)
      : line(6, credential.replace('{}', `\${${agent.variable}}`)),
    '    checks:',
    '      # Sends no prompt: is it there, and does it let us in?',
    '      - id: reachable',
    ...(agent.question === null ? exampleQuestion : questionLines(agent.question)),
    '',
  ].join('\n');
};

const questionLines = ({ input, contains }: { input: string; contains: string }): readonly string[] => [
  '      # Asks one question, and judges the answer.',
  '      - id: first-question',
  `        input: ${quoted(input)}`,
  '        expect:',
  ...(contains === '' ? ['          - no-secrets'] : [`          - icontains: ${quoted(contains)}`]),
  '          - latency: 20s',
];

const exampleQuestion: readonly string[] = [
  '      # A question with a known answer tells whether the agent is still right. It costs what the agent costs.',
  '      # - id: refund-window',
  '      #   input: "How many days do I have to return a phone?"',
  '      #   expect:',
  '      #     - contains: "30 days"',
  '      #     - latency: 5s',
];
