import type { Leaf } from './command.ts';

/** What a command may do to the world: only look at files; ask agents; write local state; write files the user named. */
export type Safety = 'reads' | 'asks' | 'keeps' | 'writes';

export interface CommandEntry {
  /** One word, or a noun and its verb: `eval run`. */
  readonly name: string;
  /** The question of the product it answers; the heading it stands under in `--help`. */
  readonly group: string;
  readonly summary: string;
  readonly safety: Safety;
  readonly load: () => Promise<{ default: Leaf }>;
}

const up = 'Is each agent up, and are its answers still right?';
const doing = 'What is the fleet doing, costing, failing at?';
const deployed = 'May this change be deployed?';
const stopped = 'Make it stop, safely, and prove what was done';
const setUp = 'Set up and look inside';

/** Words whose commands are a word further: `agentops eval run`. */
export const nouns: readonly Pick<CommandEntry, 'name' | 'group' | 'summary'>[] = [
  { name: 'eval', group: deployed, summary: 'Run suites of cases against an agent and gate a change' },
  { name: 'runbook', group: stopped, summary: 'Throttle, stop or roll back an agent by a plan, and see it undone' },
  { name: 'incident', group: stopped, summary: 'What went wrong, who looks after it, and what was done' },
  { name: 'audit', group: stopped, summary: 'Who did what, in a chain that shows whether it was altered' },
];

/** Every command, as data: what it is called, what it is for, what it may do, and where it is. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'health',
    group: up,
    summary: 'Ask every agent and judge it: green, yellow, red or unknown',
    safety: 'asks',
    load: () => import('./commands/health.ts'),
  },
  {
    name: 'history',
    group: up,
    summary: 'Show the past results of an agent, with its uptime',
    safety: 'reads',
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'beat',
    group: up,
    summary: 'Report a heartbeat of an agent, from its own job or script',
    safety: 'keeps',
    load: () => import('./commands/beat.ts'),
  },
  {
    name: 'sync',
    group: doing,
    summary: 'Read spans and scores from the trace backends into the local cache',
    safety: 'asks',
    load: () => import('./commands/sync.ts'),
  },
  {
    name: 'status',
    group: doing,
    summary: 'Show every agent: state, requests, errors, latency, cost, quality',
    safety: 'reads',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'serve',
    group: doing,
    summary: 'Receive spans, scores and heartbeats from agents by OTLP and HTTP',
    safety: 'keeps',
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'ingest',
    group: doing,
    summary: 'Take spans from OTLP files: JSON lines, JSON, protobuf, gzip',
    safety: 'keeps',
    load: () => import('./commands/ingest.ts'),
  },
  {
    name: 'top',
    group: doing,
    summary: 'Watch every agent live, full screen, with keys to sort, filter and open',
    safety: 'reads',
    load: () => import('./commands/top.ts'),
  },
  {
    name: 'cost',
    group: doing,
    summary: 'Show what was spent, by whom, and what the month will come to',
    safety: 'reads',
    load: () => import('./commands/cost.ts'),
  },
  {
    name: 'trend',
    group: doing,
    summary: 'Plot one figure over time, with the releases of that time',
    safety: 'reads',
    load: () => import('./commands/trend.ts'),
  },
  {
    name: 'compare',
    group: doing,
    summary: 'Hold two windows, releases, models, prompts or agents against each other',
    safety: 'reads',
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'traces',
    group: doing,
    summary: 'List and show single requests, what no agent claims, and who calls whom',
    safety: 'reads',
    load: () => import('./commands/traces.ts'),
  },
  {
    name: 'mark',
    group: deployed,
    summary: 'Note a deployment on the time line of an agent, or list what was noted',
    safety: 'keeps',
    load: () => import('./commands/mark.ts'),
  },
  {
    name: 'eval run',
    group: deployed,
    summary: 'Ask every case of a suite and judge whether the agent got worse',
    safety: 'asks',
    load: () => import('./commands/eval/run.ts'),
  },
  {
    name: 'eval merge',
    group: deployed,
    summary: 'Judge the parts of a run that was cut by --shard as one',
    safety: 'keeps',
    load: () => import('./commands/eval/merge.ts'),
  },
  {
    name: 'eval accept',
    group: deployed,
    summary: 'Take a run into the baseline that later runs are held against',
    safety: 'writes',
    load: () => import('./commands/eval/accept.ts'),
  },
  {
    name: 'eval runs',
    group: deployed,
    summary: 'List past runs: what they came to, what was accepted',
    safety: 'reads',
    load: () => import('./commands/eval/runs.ts'),
  },
  {
    name: 'eval compare',
    group: deployed,
    summary: 'Hold one past run against another',
    safety: 'reads',
    load: () => import('./commands/eval/compare.ts'),
  },
  {
    name: 'eval explain',
    group: deployed,
    summary: 'Derive the verdict on a past run again, offline, number by number',
    safety: 'reads',
    load: () => import('./commands/eval/explain.ts'),
  },
  {
    name: 'eval online',
    group: deployed,
    summary: 'Grade a share of what production answered, within a budget a day',
    safety: 'asks',
    load: () => import('./commands/eval/online.ts'),
  },
  {
    name: 'eval label',
    group: deployed,
    summary: 'Label answers by hand, one after the other, to calibrate a judge with',
    safety: 'writes',
    load: () => import('./commands/eval/label.ts'),
  },
  {
    name: 'eval calibrate',
    group: deployed,
    summary: 'Hold a judge against the labels of people: may its grades decide?',
    safety: 'asks',
    load: () => import('./commands/eval/calibrate.ts'),
  },
  {
    name: 'eval import',
    group: deployed,
    summary: 'Make a suite of the configuration of another tool: promptfoo',
    safety: 'writes',
    load: () => import('./commands/eval/import.ts'),
  },
  {
    name: 'runbook list',
    group: stopped,
    summary: 'List every runbook: its own and the shipped ones',
    safety: 'reads',
    load: () => import('./commands/runbook/list.ts'),
  },
  {
    name: 'runbook show',
    group: stopped,
    summary: 'Show a runbook: its parameters, triggers, bounds and steps',
    safety: 'reads',
    load: () => import('./commands/runbook/show.ts'),
  },
  {
    name: 'runbook lint',
    group: stopped,
    summary: 'Look for what is dangerous in runbooks, before they are needed',
    safety: 'reads',
    load: () => import('./commands/runbook/lint.ts'),
  },
  {
    name: 'runbook plan',
    group: stopped,
    summary: 'Show what a run would change now; changes nothing',
    safety: 'asks',
    load: () => import('./commands/runbook/plan.ts'),
  },
  {
    name: 'runbook simulate',
    group: stopped,
    summary: 'Rehearse a run in memory, killed and failing where it is told to',
    safety: 'reads',
    load: () => import('./commands/runbook/simulate.ts'),
  },
  {
    name: 'incident open',
    group: stopped,
    summary: 'Open an incident: from now on there is a time line',
    safety: 'keeps',
    load: () => import('./commands/incident/open.ts'),
  },
  {
    name: 'incident list',
    group: stopped,
    summary: 'List the incidents that are not resolved',
    safety: 'reads',
    load: () => import('./commands/incident/list.ts'),
  },
  {
    name: 'incident show',
    group: stopped,
    summary: 'Show how an incident stands, and what to type next',
    safety: 'reads',
    load: () => import('./commands/incident/show.ts'),
  },
  {
    name: 'incident ack',
    group: stopped,
    summary: 'Say that you look after it',
    safety: 'keeps',
    load: () => import('./commands/incident/ack.ts'),
  },
  {
    name: 'incident note',
    group: stopped,
    summary: 'Add a sentence to its time line',
    safety: 'keeps',
    load: () => import('./commands/incident/note.ts'),
  },
  {
    name: 'incident resolve',
    group: stopped,
    summary: 'Say that it is over',
    safety: 'keeps',
    load: () => import('./commands/incident/resolve.ts'),
  },
  {
    name: 'incident timeline',
    group: stopped,
    summary: 'Who did what and when, from the audit chain alone',
    safety: 'reads',
    load: () => import('./commands/incident/timeline.ts'),
  },
  {
    name: 'incident postmortem',
    group: stopped,
    summary: 'Draft the review, with blanks for people',
    safety: 'reads',
    load: () => import('./commands/incident/postmortem.ts'),
  },
  {
    name: 'incident export-case',
    group: stopped,
    summary: 'Make an eval case of the request that failed',
    safety: 'writes',
    load: () => import('./commands/incident/export-case.ts'),
  },
  {
    name: 'freeze',
    group: stopped,
    summary: 'Let nothing automatic begin for a while',
    safety: 'keeps',
    load: () => import('./commands/freeze.ts'),
  },
  {
    name: 'unfreeze',
    group: stopped,
    summary: 'Let automatic actions begin again',
    safety: 'keeps',
    load: () => import('./commands/unfreeze.ts'),
  },
  {
    name: 'audit log',
    group: stopped,
    summary: 'List what was done, by whom, newest first',
    safety: 'reads',
    load: () => import('./commands/audit/log.ts'),
  },
  {
    name: 'audit verify',
    group: stopped,
    summary: 'Look whether the chain is whole, and holds an anchor',
    safety: 'reads',
    load: () => import('./commands/audit/verify.ts'),
  },
  {
    name: 'audit anchor',
    group: stopped,
    summary: 'Sign where the chain ends now, to be kept out of reach',
    safety: 'writes',
    load: () => import('./commands/audit/anchor.ts'),
  },
  {
    name: 'audit export',
    group: stopped,
    summary: 'Print the whole chain, to be verified on another machine',
    safety: 'reads',
    load: () => import('./commands/audit/export.ts'),
  },
  {
    name: 'init',
    group: setUp,
    summary: 'Write a first agentops.yaml, by questions or from an endpoint',
    safety: 'writes',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'validate',
    group: setUp,
    summary: 'Check the manifest without asking anybody anything',
    safety: 'reads',
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'doctor',
    group: setUp,
    summary: 'Look for what keeps agentops from working: Node, store, secrets, endpoints',
    safety: 'asks',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'explain',
    group: setUp,
    summary: 'Tell what a field of the manifest means and what may stand there',
    safety: 'reads',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'db',
    group: setUp,
    summary: 'Look into the local cache: sizes, pruning, repair, export',
    safety: 'keeps',
    load: () => import('./commands/db.ts'),
  },
  {
    name: 'schema',
    group: setUp,
    summary: 'Print the JSON Schema of the manifest, or of the output of a command',
    safety: 'reads',
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'demo',
    group: setUp,
    summary: 'Start a fleet of scripted agents on this machine and check it',
    safety: 'asks',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'completion',
    group: setUp,
    summary: 'Print the completion script for bash, zsh or fish',
    safety: 'reads',
    load: () => import('./commands/completion.ts'),
  },
];
