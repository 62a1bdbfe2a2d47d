/** A model as an agent uses it. */
export interface ModelUse {
  readonly provider: string;
  readonly model: string;
  /** Medians of one call. An embedding has no output. */
  readonly inputTokens: number;
  readonly outputTokens: number | null;
  /** Of the input. */
  readonly cachedShare: number;
  readonly ttftMs: number;
  readonly prompt: string | null;
}

/** Something an agent calls between two model calls; with `agent` it is a hand-off to another agent of the fleet. */
export interface Tool {
  readonly name: string;
  readonly ms: number;
  readonly isRetrieval?: true;
  readonly agent?: string;
}

export interface Release {
  /** It went live at ten o'clock UTC of that many days ago. */
  readonly daysAgo: number;
  readonly release: string;
  readonly promptVersion: string;
}

type Some<Item> = readonly [Item, ...Item[]];

/** What an agent of the demo does all day. */
export interface Traffic {
  readonly agent: string;
  readonly environment: 'prod' | 'ci';
  /** Requests of a weekday that do not come from another agent. */
  readonly perDay: number;
  /** The share of them that comes on a Saturday or Sunday. */
  readonly weekend: number;
  /** The hour with most of them, UTC. */
  readonly peakHour: number;
  /** How many people, or systems, it works for; the first asks most. */
  readonly users: number;
  readonly tasks: Some<string>;
  readonly model: ModelUse | null;
  readonly tools: readonly Tool[];
  /** How a request goes: `m` a model call, `t` a tool call. One of them, each as likely as the other. */
  readonly courses: Some<string>;
  readonly errorRate: number;
  /** Median grade of those of its answers that are graded; null: none is. */
  readonly quality: number | null;
  /** Oldest first; the first has been live for longer than a month. */
  readonly releases: Some<Release>;
}

const first = (release: string, promptVersion = '1'): Release => ({ daysAgo: 99, release, promptVersion });
const claude = (model: string, use: Omit<ModelUse, 'provider' | 'model'>): ModelUse => ({ provider: 'anthropic', model, ...use });
const openai = (model: string, use: Omit<ModelUse, 'provider' | 'model'>): ModelUse => ({ provider: 'openai', model, ...use });

/** The fleet of the demo at work: names are those of its manifest, models those of public price lists, but for one that no list knows. */
export const fleetTraffic: readonly Traffic[] = [
  {
    agent: 'support',
    environment: 'prod',
    perDay: 48,
    weekend: 0.55,
    peakHour: 15,
    users: 60,
    tasks: ['returns', 'delivery', 'warranty', 'account'],
    model: claude('claude-sonnet-4-5', { inputTokens: 5200, outputTokens: 130, cachedShare: 0.7, ttftMs: 380, prompt: 'support-agent' }),
    tools: [
      { name: 'search_kb', ms: 20, agent: 'kb-search' },
      { name: 'search_kb', ms: 20, agent: 'kb-search' },
      { name: 'track_order', ms: 30, agent: 'orders' },
      { name: 'create_refund', ms: 30, agent: 'refunds' },
    ],
    courses: ['m', 'mtm', 'mtm', 'mtm', 'mtmtm'],
    errorRate: 0.012,
    quality: 0.9,
    releases: [first('5.1.0', '11'), { daysAgo: 19, release: '5.2.0', promptVersion: '12' }],
  },
  {
    agent: 'kb-search',
    environment: 'prod',
    perDay: 0,
    weekend: 1,
    peakHour: 15,
    users: 1,
    tasks: ['search'],
    model: openai('text-embedding-3-small', { inputTokens: 60, outputTokens: null, cachedShare: 0, ttftMs: 90, prompt: null }),
    tools: [{ name: 'articles', ms: 45, isRetrieval: true }],
    courses: ['mt'],
    errorRate: 0.003,
    quality: null,
    releases: [first('1.14.2')],
  },
  {
    agent: 'policy-bot',
    environment: 'prod',
    perDay: 18,
    weekend: 0.6,
    peakHour: 19,
    users: 40,
    tasks: ['terms', 'privacy', 'warranty'],
    model: openai('gpt-4o-mini', { inputTokens: 6400, outputTokens: 180, cachedShare: 0.5, ttftMs: 350, prompt: 'policy-answers' }),
    tools: [],
    courses: ['m'],
    errorRate: 0.008,
    quality: 0.74,
    releases: [first('1.8.0', '4'), { daysAgo: 11, release: '1.9.0', promptVersion: '5' }],
  },
  {
    agent: 'refunds',
    environment: 'prod',
    perDay: 4,
    weekend: 0.4,
    peakHour: 14,
    users: 6,
    tasks: ['refund'],
    model: openai('gpt-4.1', { inputTokens: 2100, outputTokens: 90, cachedShare: 0.4, ttftMs: 420, prompt: 'refund-desk' }),
    tools: [{ name: 'create_refund', ms: 210 }],
    courses: ['mtm', 'm'],
    errorRate: 0.01,
    quality: 0.93,
    releases: [first('3.0.4', '7'), { daysAgo: 4, release: '3.1.0', promptVersion: '8' }],
  },
  {
    agent: 'orders',
    environment: 'prod',
    perDay: 26,
    weekend: 0.8,
    peakHour: 18,
    users: 50,
    tasks: ['track', 'change'],
    model: openai('gpt-4.1-mini', { inputTokens: 1900, outputTokens: 110, cachedShare: 0.3, ttftMs: 300, prompt: 'order-desk' }),
    tools: [{ name: 'ask_stock', ms: 15, agent: 'stock' }],
    courses: ['mtm'],
    errorRate: 0.012,
    quality: 0.88,
    releases: [first('2.6.1', '9')],
  },
  {
    agent: 'stock',
    environment: 'prod',
    perDay: 0,
    weekend: 1,
    peakHour: 12,
    users: 1,
    tasks: ['count'],
    model: null,
    tools: [{ name: 'warehouse_query', ms: 60 }],
    courses: ['t'],
    errorRate: 0.004,
    quality: null,
    releases: [first('0.9.7')],
  },
  {
    agent: 'summarizer',
    environment: 'prod',
    perDay: 32,
    weekend: 0.25,
    peakHour: 10,
    users: 12,
    tasks: ['ticket', 'call'],
    model: claude('claude-haiku-4-5', { inputTokens: 9000, outputTokens: 260, cachedShare: 0.6, ttftMs: 400, prompt: 'ticket-summary' }),
    tools: [{ name: 'read_ticket', ms: 80 }],
    courses: ['tm'],
    errorRate: 0.01,
    quality: 0.86,
    releases: [first('2.3.1', '7')],
  },
  {
    agent: 'invoices',
    environment: 'prod',
    perDay: 22,
    weekend: 0.05,
    peakHour: 9,
    users: 4,
    tasks: ['supplier', 'travel'],
    model: {
      provider: 'gcp.gemini',
      model: 'gemini-2.5-flash',
      inputTokens: 3400,
      outputTokens: 320,
      cachedShare: 0,
      ttftMs: 520,
      prompt: 'read-invoice',
    },
    tools: [{ name: 'post_to_books', ms: 140 }],
    courses: ['mt', 'mt', 'mmt'],
    errorRate: 0.02,
    quality: 0.95,
    releases: [first('1.2.0', '3'), { daysAgo: 23, release: '1.3.0', promptVersion: '4' }],
  },
  {
    agent: 'onboarding',
    environment: 'prod',
    perDay: 3,
    weekend: 0,
    peakHour: 8,
    users: 3,
    tasks: ['first-day'],
    model: openai('gpt-4.1', { inputTokens: 2600, outputTokens: 140, cachedShare: 0.3, ttftMs: 450, prompt: 'first-day' }),
    tools: [
      { name: 'create_account', ms: 300 },
      { name: 'order_laptop', ms: 420 },
      { name: 'book_desk', ms: 180 },
    ],
    courses: ['mtmtmtm'],
    errorRate: 0.01,
    quality: null,
    releases: [first('0.7.0', '2')],
  },
  {
    agent: 'release-notes',
    environment: 'ci',
    perDay: 4,
    weekend: 0.1,
    peakHour: 13,
    users: 2,
    tasks: ['draft'],
    model: {
      provider: 'acme',
      model: 'draft-2',
      inputTokens: 4100,
      outputTokens: 420,
      cachedShare: 0,
      ttftMs: 600,
      prompt: 'release-notes',
    },
    tools: [],
    courses: ['m'],
    errorRate: 0.01,
    quality: null,
    releases: [first('0.3.0', '1')],
  },
  {
    agent: 'nightly-index',
    environment: 'prod',
    perDay: 1,
    weekend: 1,
    peakHour: 2,
    users: 1,
    tasks: ['index'],
    model: openai('text-embedding-3-small', { inputTokens: 310_000, outputTokens: null, cachedShare: 0, ttftMs: 2400, prompt: null }),
    tools: [{ name: 'write_index', ms: 900 }],
    courses: ['mmmmmmmmmmt'],
    errorRate: 0,
    quality: null,
    releases: [first('1.14.2')],
  },
];
