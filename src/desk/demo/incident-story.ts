import { renderLine, renderParagraph } from '../../ground/output/line.ts';
import type { Look, Tone } from '../../ground/output/look.ts';
import { plural } from '../../ground/output/phrases.ts';
import { humanDuration } from '../../ground/units/duration.ts';

/** One scene of the demo of an incident. */
export interface Scene {
  readonly title: string;
  /** What happens, for somebody who sees it for the first time. */
  readonly said: string;
  /** What a person would type to do or see the same; null: nobody types anything. */
  readonly command: string | null;
  /** What that prints, or the part of it that matters; already inert. */
  readonly lines: readonly string[];
  /** Milliseconds since the demo began. */
  readonly atMs: number;
}

/** The agent that goes round in a circle, and what it is asked. */
export const runaway = { agent: 'orders', question: 'Please reroute order A-1042 to the depot.', runbook: 'runaway-loop' } as const;

type Words = Pick<Scene, 'title' | 'said'>;

/** The words of each scene; figures are those of this very run. */
export const storyWords = {
  start: (): Words => ({
    title: 'A fleet, and somebody who listens',
    said: 'Two agents of a shop run on this machine: orders, and stock, which it asks. They send what they do, step by step, to agentops serve. A request to orders may take 12 steps (budget.steps_per_request in its agentops.yaml).',
  }),
  trouble: (): Words => ({
    title: 'A customer asks for something new',
    said: `"${runaway.question}" The carrier's tool says: ask the depot. The depot's says: ask the carrier. The model does as it is told, each round dearer than the one before, and nothing in the agent counts.`,
  }),
  detected: (steps: number, afterMs: number): Words => ({
    title: 'Detected',
    said: `${humanDuration(afterMs)} after it began, with ${plural(steps, 'step')} in one request, an incident is opened by itself. Nothing is done by itself: the incident says what to type.`,
  }),
  planned: (): Words => ({
    title: 'The plan, before anything happens',
    said: 'A runbook says what is to be done, the manifest how. Everything is looked at first; this is what would change, and what would not.',
  }),
  contained: (containMs: number | null): Words => ({
    title: 'Contained',
    said: `${containMs === null ? 'The run came to its end' : `${humanDuration(containMs)} after the run began its last effect was seen`}: the door is closed by flags that the agent reads, and what went round inside is cancelled. Each act was written down before it was done, and looked for afterwards.`,
  }),
  quiet: (quietMs: number | null, burnt: string): Words => ({
    title: 'Quiet',
    said: `${quietMs === null ? 'No span came any more' : `The last span came ${humanDuration(quietMs)} after the run began`}. It burnt ${burnt}; nobody had to wait for the bill to see it.`,
  }),
  reverted: (mitigations: number): Words => ({
    title: 'Taken back',
    said: `The prompt is mended. What was put in force would end by itself after two hours; here a person takes it back now: ${plural(mitigations, 'change')} restored, each only where it still stood as it was left.`,
  }),
  verified: (state: string): Words => ({
    title: 'Verified',
    said: `HTTP 200 proves nothing, so orders is asked what its checks ask: it is ${state}.`,
  }),
  review: (): Words => ({
    title: 'The review',
    said: 'The time line comes from the audit chain alone, whose records hang together by their hashes. What it knows is filled into a draft; the rest is left to people.',
  }),
} as const;

/** How far what belongs to a scene stands to the right. */
export const sceneIndent = 3;

/** A scene as it is told, numbered. */
export const renderScene = (look: Look, { title, said, command, lines, atMs }: Scene, number: number): string => {
  const head = renderParagraph(look, { indent: 0, hang: 0, maxLines: 1 }, [
    { text: `${number}  ${title}`, tone: 'strong' },
    { text: `  ${(atMs / 1000).toFixed(1)} s`, tone: 'dim' },
  ]);
  const told = renderParagraph(look, { indent: sceneIndent, hang: 0, maxLines: 12 }, [{ text: said }]);
  const typed =
    command === null
      ? []
      : ['', ...renderParagraph(look, { indent: sceneIndent, hang: 4, maxLines: 3 }, [{ text: `$ ${command}`, tone: 'good' }])];
  return `${[...head, ...told, ...typed, ...(lines.length === 0 ? [] : ['', ...lines.map((line) => (line === '' ? '' : `${' '.repeat(sceneIndent)}${line}`))]), ''].join('\n')}\n`;
};

/** What to type next, on one's own fleet. */
const storyEnd: readonly (readonly [command: string, why: string])[] = [
  ['agentops demo --keep', 'leave a fleet running, and try it yourself'],
  ['agentops runbook simulate runaway-loop', 'the same in memory, dying at every step, in milliseconds'],
  ['agentops init', 'write an agentops.yaml for your own agents'],
];

/** Lines of the draft that are shown; the rest is a command away. */
const draftLines = 34;

/** The beginning of the draft of the review, and what to type next. @param draft Markdown, inert */
export const renderEnd = (look: Look, draft: string): string => {
  const lines = draft.trimEnd().split('\n');
  const left = lines.length - draftLines;
  const line = (indent: number, text: string, tone: Tone = 'plain') => (text === '' ? '' : renderLine(look, indent, [{ text, tone }]));
  return [
    ...lines.slice(0, draftLines).map((each) => line(sceneIndent, each, 'dim')),
    ...(left > 0 ? [line(sceneIndent, `… and ${plural(left, 'line')} more`, 'dim')] : []),
    '',
    line(0, 'Next', 'strong'),
    ...storyEnd.flatMap(([command, why]) => [line(2, command), line(6, why, 'dim')]),
    '',
  ].join('\n');
};
