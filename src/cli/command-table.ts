import type { Leaf } from './command.ts';

/**
 * What a command may do to the world: only look at files; ask agents; write local state; write files the user
 * named; change what its controls change, once a plan is confirmed.
 */
export type Safety = 'reads' | 'asks' | 'keeps' | 'writes' | 'acts';

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
const told = 'Who must know, and when?';
const stopped = 'Make it stop, safely, and prove what was done';
const spared = 'How do we spend less, and scale?';
const setUp = 'Set up and look inside';

/** Words whose commands are a word further: `agentops eval run`. */
export const nouns: readonly Pick<CommandEntry, 'name' | 'group' | 'summary'>[] = [
  { name: 'eval', group: deployed, summary: 'Run suites of cases against an agent and gate a change' },
  { name: 'alerts', group: told, summary: 'What fires, why, who was told, and what to type next' },
  { name: 'schedule', group: told, summary: 'Have it all done again and again, without anybody typing' },
  { name: 'budget', group: told, summary: 'What may be spent, how it stands, and held where it is spent' },
  { name: 'policy', group: told, summary: 'What every agent must have' },
  { name: 'runbook', group: stopped, summary: 'Throttle, stop or roll back an agent by a plan, and see it undone' },
  { name: 'mitigations', group: stopped, summary: 'What is in force on agents, and until when' },
  { name: 'locks', group: stopped, summary: 'Which runs are at work on what' },
  { name: 'incident', group: stopped, summary: 'What went wrong, who looks after it, and what was done' },
  { name: 'audit', group: stopped, summary: 'Who did what, in a chain that shows whether it was altered' },
  { name: 'export', group: spared, summary: 'The same figures and rules as files for other tools' },
  { name: 'state', group: setUp, summary: 'Where the journal is, and how it is moved' },
  { name: 'providers', group: spared, summary: 'How those who answer model calls are, and where agents go without them' },
  { name: 'scale', group: spared, summary: 'As many workers as the work that waits needs' },
];

const entry =
  (safety: Safety) =>
  (name: string, group: string, summary: string, load: CommandEntry['load']): CommandEntry => ({ name, group, summary, safety, load });
const [reads, asks, keeps, writes, acts] = [entry('reads'), entry('asks'), entry('keeps'), entry('writes'), entry('acts')];

/** Every command, as data: what it is called, what it is for, what it may do, and where it is. */
export const commandTable: readonly CommandEntry[] = [
  asks('health', up, 'Ask every agent and judge it: green, yellow, red or unknown', () => import('./commands/health.ts')),
  reads('history', up, 'Show the past results of an agent, with its uptime', () => import('./commands/history.ts')),
  keeps('beat', up, 'Report a heartbeat of an agent, from its own job or script', () => import('./commands/beat.ts')),
  asks('sync', doing, 'Read spans and scores from the trace backends into the local cache', () => import('./commands/sync.ts')),
  reads('status', doing, 'Show every agent: state, requests, errors, latency, cost, quality', () => import('./commands/status.ts')),
  keeps('serve', doing, 'Receive spans, scores and heartbeats from agents by OTLP and HTTP', () => import('./commands/serve.ts')),
  keeps('ingest', doing, 'Take spans from OTLP files: JSON lines, JSON, protobuf, gzip', () => import('./commands/ingest.ts')),
  reads('top', doing, 'Watch every agent live, full screen, with keys to sort, filter and open', () => import('./commands/top.ts')),
  reads('cost', doing, 'Show what was spent, by whom, and what the month will come to', () => import('./commands/cost.ts')),
  reads('trend', doing, 'Plot one figure over time, with the releases of that time', () => import('./commands/trend.ts')),
  writes('report', spared, 'Make one page of it all: states, trends, cost, alerts, what to do first', () => import('./commands/report.ts')),
  reads(
    'compare',
    doing,
    'Hold two windows, releases, models, prompts or agents against each other',
    () => import('./commands/compare.ts'),
  ),
  reads('traces', doing, 'List and show single requests, what no agent claims, and who calls whom', () => import('./commands/traces.ts')),
  keeps('mark', deployed, 'Note a deployment on the time line of an agent, or list what was noted', () => import('./commands/mark.ts')),
  asks('eval run', deployed, 'Ask every case of a suite and judge whether the agent got worse', () => import('./commands/eval/run.ts')),
  keeps('eval merge', deployed, 'Judge the parts of a run that was cut by --shard as one', () => import('./commands/eval/merge.ts')),
  writes(
    'eval accept',
    deployed,
    'Take a run into the baseline that later runs are held against',
    () => import('./commands/eval/accept.ts'),
  ),
  reads('eval runs', deployed, 'List past runs: what they came to, what was accepted', () => import('./commands/eval/runs.ts')),
  reads('eval compare', deployed, 'Hold one past run against another', () => import('./commands/eval/compare.ts')),
  reads(
    'eval explain',
    deployed,
    'Derive the verdict on a past run again, offline, number by number',
    () => import('./commands/eval/explain.ts'),
  ),
  asks(
    'eval online',
    deployed,
    'Grade a share of what production answered, within a budget a day',
    () => import('./commands/eval/online.ts'),
  ),
  writes(
    'eval label',
    deployed,
    'Label answers by hand, one after the other, to calibrate a judge with',
    () => import('./commands/eval/label.ts'),
  ),
  asks(
    'eval calibrate',
    deployed,
    'Hold a judge against the labels of people: may its grades decide?',
    () => import('./commands/eval/calibrate.ts'),
  ),
  writes(
    'eval import',
    deployed,
    'Make a suite of the configuration of another tool: promptfoo',
    () => import('./commands/eval/import.ts'),
  ),
  reads(
    'alerts list',
    told,
    'List what fires and what is about to, with the next thing to type',
    () => import('./commands/alerts/list.ts'),
  ),
  reads('alerts show', told, 'Show what one alert did: when, why, who was told', () => import('./commands/alerts/show.ts')),
  reads('alerts check', told, 'Judge the rules now, keeping nothing and telling nobody', () => import('./commands/alerts/check.ts')),
  reads(
    'alerts explain',
    told,
    'Explain what a rule decides, by which figures, and what would make it fire',
    () => import('./commands/alerts/explain.ts'),
  ),
  reads(
    'alerts backtest',
    told,
    'Replay rules over the past: what they would have told, of what, and at night',
    () => import('./commands/alerts/backtest.ts'),
  ),
  reads('alerts test', told, 'Run unit tests of rules and routes', () => import('./commands/alerts/test.ts')),
  keeps('alerts ack', told, 'Say that you take on what fires', () => import('./commands/alerts/ack.ts')),
  keeps('alerts silence', told, 'Tell nobody of some alerts for a while', () => import('./commands/alerts/silence.ts')),
  reads('alerts routes', told, 'Show whom an alert would reach, and why', () => import('./commands/alerts/routes.ts')),
  acts('alerts notify-test', told, 'Send a channel a real page and its end', () => import('./commands/alerts/notify-test.ts')),
  acts('tick', told, 'Do once all that is due: checks, traces, alerts, messages, runbooks', () => import('./commands/tick.ts')),
  acts('watch', told, 'Tick again and again, until it is stopped', () => import('./commands/watch.ts')),
  reads(
    'schedule print',
    told,
    'Print what runs ticks elsewhere: crontab, systemd, Kubernetes, GitHub Actions',
    () => import('./commands/schedule/print.ts'),
  ),
  reads(
    'budget show',
    told,
    'Show what is used of every budget, what is left, and what it will come to',
    () => import('./commands/budget/show.ts'),
  ),
  acts('budget push', told, 'Let the gateway of an agent hold it to its budget', () => import('./commands/budget/push.ts')),
  reads(
    'policy check',
    told,
    'Hold every agent to what it must have: an owner, checks, a kill, a budget',
    () => import('./commands/policy/check.ts'),
  ),
  reads('runbook list', stopped, 'List every runbook: its own and the shipped ones', () => import('./commands/runbook/list.ts')),
  reads('runbook show', stopped, 'Show a runbook: its parameters, triggers, bounds and steps', () => import('./commands/runbook/show.ts')),
  reads(
    'runbook lint',
    stopped,
    'Look for what is dangerous in runbooks, before they are needed',
    () => import('./commands/runbook/lint.ts'),
  ),
  asks('runbook plan', stopped, 'Show what a run would change now; changes nothing', () => import('./commands/runbook/plan.ts')),
  reads(
    'runbook simulate',
    stopped,
    'Rehearse a run in memory, killed and failing where it is told to',
    () => import('./commands/runbook/simulate.ts'),
  ),
  acts(
    'runbook drill',
    stopped,
    'Act in earnest where it does no harm, time it, and put all back',
    () => import('./commands/runbook/drill.ts'),
  ),
  acts('runbook run', stopped, 'Plan, confirm and carry out a runbook, and see that it helped', () => import('./commands/runbook/run.ts')),
  acts('runbook resume', stopped, 'Go on with a run that waits, was stopped or was killed', () => import('./commands/runbook/resume.ts')),
  acts('runbook abort', stopped, 'End a run early; what was done stays in force', () => import('./commands/runbook/abort.ts')),
  acts('runbook undo', stopped, 'Take back what a run did, last first', () => import('./commands/runbook/undo.ts')),
  keeps('runbook approve', stopped, 'Approve a plan, or the step that a run waits at', () => import('./commands/runbook/approve.ts')),
  reads('runbook runs', stopped, 'List what was run, and how it ended', () => import('./commands/runbook/runs.ts')),
  acts('runbook expire', stopped, 'End what has had its time, and see it ended', () => import('./commands/runbook/expire.ts')),
  acts('throttle', stopped, 'Let fewer requests through to an agent, for a while', () => import('./commands/throttle.ts')),
  acts('rollback', stopped, 'Put an earlier prompt, model or deployment back', () => import('./commands/rollback.ts')),
  acts('kill', stopped, 'Stop an agent at once: the door first, then what is inside', () => import('./commands/kill.ts')),
  acts('disable', stopped, 'Let an agent take no new work', () => import('./commands/disable.ts')),
  acts('enable', stopped, 'Let an agent take new work again', () => import('./commands/enable.ts')),
  reads('mitigations list', stopped, 'List what is in force, and until when', () => import('./commands/mitigations/list.ts')),
  keeps('mitigations extend', stopped, 'Let something in force last longer', () => import('./commands/mitigations/extend.ts')),
  acts('mitigations revert', stopped, 'End something in force now', () => import('./commands/mitigations/revert.ts')),
  reads('locks list', stopped, 'List the locks that runs hold', () => import('./commands/locks/list.ts')),
  keeps('locks break', stopped, 'Take a lock away from a run that is lost', () => import('./commands/locks/break.ts')),
  keeps('incident open', stopped, 'Open an incident: from now on there is a time line', () => import('./commands/incident/open.ts')),
  reads('incident list', stopped, 'List the incidents that are not resolved', () => import('./commands/incident/list.ts')),
  reads('incident show', stopped, 'Show how an incident stands, and what to type next', () => import('./commands/incident/show.ts')),
  keeps('incident ack', stopped, 'Say that you look after it', () => import('./commands/incident/ack.ts')),
  keeps('incident note', stopped, 'Add a sentence to its time line', () => import('./commands/incident/note.ts')),
  keeps('incident resolve', stopped, 'Say that it is over', () => import('./commands/incident/resolve.ts')),
  reads('incident timeline', stopped, 'Who did what and when, from the audit chain alone', () => import('./commands/incident/timeline.ts')),
  reads('incident postmortem', stopped, 'Draft the review, with blanks for people', () => import('./commands/incident/postmortem.ts')),
  writes(
    'incident export-case',
    stopped,
    'Make an eval case of the request that failed',
    () => import('./commands/incident/export-case.ts'),
  ),
  keeps('freeze', stopped, 'Let nothing automatic begin for a while', () => import('./commands/freeze.ts')),
  keeps('unfreeze', stopped, 'Let automatic actions begin again', () => import('./commands/unfreeze.ts')),
  reads('audit log', stopped, 'List what was done, by whom, newest first', () => import('./commands/audit/log.ts')),
  reads('audit verify', stopped, 'Look whether the chain is whole, and holds an anchor', () => import('./commands/audit/verify.ts')),
  writes('audit anchor', stopped, 'Sign where the chain ends now, to be kept out of reach', () => import('./commands/audit/anchor.ts')),
  reads('audit export', stopped, 'Print the whole chain, to be verified on another machine', () => import('./commands/audit/export.ts')),
  reads(
    'providers status',
    spared,
    'Show how each provider is, whom it hits, and where they would go',
    () => import('./commands/providers/status.ts'),
  ),
  asks(
    'providers drill',
    spared,
    'Ask every link of every fallback chain, to see that it holds',
    () => import('./commands/providers/drill.ts'),
  ),
  writes('export grafana', spared, 'A dashboard of Grafana on the metrics of serve', () => import('./commands/export/grafana.ts')),
  writes(
    'export prometheus',
    spared,
    'Alert rules for Prometheus that say what those of the manifest say',
    () => import('./commands/export/prometheus.ts'),
  ),
  writes(
    'export collector',
    spared,
    'A configuration of the OpenTelemetry Collector: spans to Langfuse and to serve',
    () => import('./commands/export/collector.ts'),
  ),
  writes('export keda', spared, 'ScaledObjects of KEDA that follow the workers serve wants', () => import('./commands/export/keda.ts')),
  writes('export hpa', spared, 'HorizontalPodAutoscalers on the depth of queues', () => import('./commands/export/hpa.ts')),
  writes(
    'export github-actions',
    spared,
    'A workflow that gates pull requests: manifest, policies, evals',
    () => import('./commands/export/github-actions.ts'),
  ),
  writes(
    'advise',
    spared,
    'Find what would save most on model calls, with a range and how sure it is',
    () => import('./commands/advise.ts'),
  ),
  asks(
    'scale show',
    spared,
    'Show how much waits for each agent, who works, and how many should',
    () => import('./commands/scale/show.ts'),
  ),
  asks('scale plan', spared, 'Say how many workers there should be and why; changes nothing', () => import('./commands/scale/plan.ts')),
  reads(
    'scale simulate',
    spared,
    'Replay the past by the rule: how long work waits, and what workers cost',
    () => import('./commands/scale/simulate.ts'),
  ),
  acts('scale apply', spared, 'Give an agent as many workers as it should have', () => import('./commands/scale/apply.ts')),
  writes('init', setUp, 'Write a first agentops.yaml, by questions or from an endpoint', () => import('./commands/init.ts')),
  reads('validate', setUp, 'Check the manifest without asking anybody anything', () => import('./commands/validate.ts')),
  asks('doctor', setUp, 'Look for what keeps agentops from working: Node, store, secrets, endpoints', () => import('./commands/doctor.ts')),
  reads('explain', setUp, 'Tell what a field of the manifest means and what may stand there', () => import('./commands/explain.ts')),
  reads(
    'state show',
    setUp,
    'Show where the journal is, how large it is, and who is at work on it',
    () => import('./commands/state/show.ts'),
  ),
  keeps('state migrate', setUp, 'Copy the journal from a file into a database, or back', () => import('./commands/state/migrate.ts')),
  keeps('db', setUp, 'Look into the local cache: sizes, pruning, repair, export', () => import('./commands/db.ts')),
  reads('schema', setUp, 'Print the JSON Schema of the manifest, or of the output of a command', () => import('./commands/schema.ts')),
  asks('demo', setUp, 'Start a fleet of scripted agents on this machine and check it', () => import('./commands/demo.ts')),
  reads('completion', setUp, 'Print the completion script for bash, zsh or fish', () => import('./commands/completion.ts')),
];
