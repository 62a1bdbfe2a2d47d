import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { IncidentReport } from '../../src/response/incidents/collect-incident.ts';
import type { Incident } from '../../src/response/incidents/incident.ts';
import { nextCommands } from '../../src/response/incidents/next-commands.ts';
import { timelineOf } from '../../src/response/incidents/timeline.ts';
import { incidentFormats } from '../../src/views/incident.ts';
import { incidentTimelineFormats } from '../../src/views/incident-timeline.ts';
import { postmortemFormats } from '../../src/views/postmortem.ts';
import type { ViewOptions } from '../../src/views/words.ts';
import { wholeStory } from '../support/acts.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';

const incident: Incident = {
  id: 'inc-1',
  title: 'support: 13 steps in one request, 12 steps allowed',
  agent: 'support',
  class: 'loop',
  severity: 'page',
  status: 'open',
  startedAt: noon,
  openedAt: noon + 12_000,
  ackedAt: null,
  resolvedAt: null,
  cause: { kind: 'cap', cap: 'steps_per_request', value: 13, limit: 12, trace: 'ab'.repeat(16) },
};

/** The whole story, with `word` wherever somebody else may have said something. */
const reportOf = (word: string, acts = wholeStory): IncidentReport => {
  const told = acts.map((act) => ({
    ...act,
    actor: word,
    evidence: act.evidence === null ? null : word,
    target: act.target === null ? null : word,
    by: act.by.map(() => word),
    to: act.to === null ? null : { rpm: word },
  }));
  const timeline = timelineOf(incident, told);
  return {
    fleet: 'acme',
    generatedAt: noon + 60_000,
    incident: { ...incident, title: word },
    timeline,
    burnt: { requests: 1, costNanos: 1_200_000_000, unpriced: 2 },
    freezes: [{ id: 'frz-1', agent: null, stopsSafety: false, reason: word, actor: word, at: noon, until: noon + 7_200_000 }],
    next: nextCommands(incident, timeline, []),
  };
};

const chain = { records: 14, last: null, broken: null };
const options = (width: number | null): ViewOptions => ({ look: { ...plainLook, width }, verbose: false, zone: 'UTC' });
const texts = (word: string, width: number | null = null) => [
  incidentFormats(reportOf(word)).text(options(width)),
  incidentTimelineFormats(reportOf(word)).text(options(width)),
];
const drafts = (word: string) => [
  postmortemFormats({ ...reportOf(word), chain }).markdown(),
  incidentTimelineFormats(reportOf(word)).markdown(),
];

describe('what others said of an incident', () => {
  test.each(Object.entries(hostileTexts))('is inert on a terminal and in Markdown: %s', (_name, word) => {
    for (const output of [...texts(word), ...drafts(word)]) {
      expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\u202e|##\[/);
      expect(output).not.toMatch(/^\s*::/m);
    }
    // It changes neither the sections of a draft nor the rows of its tables.
    const structure = (draft: string) => draft.split('\n').map((line) => (/^(#+ |\||- |$)/.exec(line) ?? ['text'])[0]);
    expect(drafts(word).map(structure)).toEqual(drafts('word').map(structure));
    for (const draft of drafts(word)) expect(draft).not.toMatch(/<script|<img|(?<!\\)!\[|\]\(https|https:\/\/evil|(?<!\\)@(?:octocat|org)/);
  });

  test('fits a terminal of eighty columns', () => {
    for (const output of texts('word '.repeat(60), 80)) expect(output.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([]);
  });
});

describe('the three most useful commands', () => {
  const upTo = (seconds: number) =>
    timelineOf(
      incident,
      wholeStory.filter(({ at }) => at <= noon + seconds * 1000),
    );
  const commands = (of: Incident, seconds: number, waiting: readonly string[] = []) =>
    nextCommands(of, upTo(seconds), waiting).map(({ command }) => command.replace(/^agentops /, ''));

  test('begin with what stops it, and follow how it stands', () => {
    const trace = incident.cause.kind === 'cap' ? incident.cause.trace : '';
    expect(commands(incident, 13)).toEqual([
      'runbook run runaway-loop --agent support --incident inc-1',
      'incident ack inc-1',
      `traces show ${trace}`,
    ]);
    expect(commands({ ...incident, status: 'acked' }, 35, ['agentops runbook resume r1'])[0]).toBe('runbook resume r1');
    expect(commands({ ...incident, status: 'acked' }, 60)).toEqual(['mitigations list', 'health support', 'incident resolve inc-1']);
    expect(commands({ ...incident, status: 'resolved' }, 60)[0]).toBe('mitigations list');
    expect(commands({ ...incident, status: 'resolved' }, 9000)).toEqual([
      'incident postmortem inc-1',
      'incident export-case inc-1 --suite suites/support.yaml',
      'incident timeline inc-1',
    ]);
  });

  test('are three, for every class and also where no agent is named', () => {
    const bare = { ...incident, agent: null, cause: { kind: 'person' } } as const;
    expect(commands(bare, 13)).toEqual(['incident ack inc-1', 'incident postmortem inc-1', 'incident timeline inc-1']);
  });
});

test('a draft says what is broken in the chain that it comes from', () => {
  const broken = { seq: 3, problem: 'altered', message: 'record 3 was altered' } as const;
  expect(postmortemFormats({ ...reportOf('word'), chain: { ...chain, broken } }).markdown()).toContain(
    '**The audit chain is broken**: record 3 was altered',
  );
});
