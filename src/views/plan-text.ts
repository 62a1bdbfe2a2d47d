import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look, Tone } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { displayWidth } from '../ground/output/width.ts';
import { shortHash } from '../response/runbooks/next-command.ts';
import { agentsOf, isSevere, needsOf, obstaclesOf, type Plan, type PlannedStep, stepsOf } from '../response/runbooks/plan.ts';
import { actionWords, doingOf, movedFields, outcomeOf, type PlanAnswer, writtenValue } from './plan-facts.ts';
import { joined, stateSigns, symbolOf, type ViewOptions } from './words.ts';

const whole = Number.MAX_SAFE_INTEGER;

const paragraph = (look: Look, indent: number, hang: number, ...pieces: readonly Cell[]): readonly string[] =>
  renderParagraph(look, { indent, hang, maxLines: whole }, pieces);

const arrow = (look: Look): string => (look.unicode ? '→' : '->');

/** A plan for the person who is to confirm it: each act with its target, what changes, what it spares, and how it ends. */
export const renderPlanText = (answer: PlanAnswer, options: ViewOptions): string =>
  [...headLines(answer, options), '', ...planLines(answer.plan, options), ...footLines(answer, options), ''].join('\n');

const headLines = ({ runbook, plan, source }: PlanAnswer, { look }: ViewOptions): readonly string[] => {
  const agents = agentsOf(plan);
  const facts = [
    ...(agents.length === 0 ? [] : [`on ${agents.join(', ')}`]),
    `class ${runbook.class}`,
    `version ${runbook.version}`,
    ...(source === 'twins' ? ['against twins in memory: nothing real was looked at'] : []),
  ];
  return [
    ...paragraph(look, 0, 2, { text: runbook.name, tone: 'strong' }, { text: joined(look, ['', ...facts]), tone: 'dim' }),
    ...(runbook.description === '' ? [] : paragraph(look, 0, 0, { text: runbook.description })),
  ];
};

/** The steps of a plan, numbered as they are done. */
export const planLines = (plan: Plan, { look }: Pick<ViewOptions, 'look'>): readonly string[] => {
  let number = 0;
  const digits = String(plan.steps.length + plan.finally.length).length;
  const linesOf = (step: PlannedStep): readonly string[] => {
    const isDone = step.skipped === null && step.blocked === null && !step.isSettled;
    if (isDone) number += 1;
    return stepLines(look, step, (isDone ? String(number) : look.unicode ? '–' : '-').padStart(digits));
  };
  const steps = plan.steps.flatMap(linesOf);
  const last = plan.finally.flatMap(linesOf);
  const head = last.length === 0 ? [] : [renderLine(look, 0, [{ text: 'in the end, whatever happened', tone: 'dim' }])];
  return [...steps, ...head, ...last];
};

const stepLines = (look: Look, step: PlannedStep, number: string): readonly string[] => {
  const { change, skipped, blocked, isSettled, condition } = step;
  const inside = number.length + 4;
  const title = (what: string, tone: Tone, rest: string): readonly string[] =>
    paragraph(look, 1, inside - 1, { text: `${number}  `, tone: 'dim' }, { text: what, tone }, { text: rest === '' ? '' : `  ${rest}` });
  const note = (tone: Tone, ...texts: readonly string[]): readonly string[] => paragraph(look, inside, 2, { text: texts.join(''), tone });
  const name = note('dim', stepName(look, step));
  if (skipped !== null) return [...title(actionWords(step), 'dim', 'left out'), ...note('dim', skipped), ...name];
  if (blocked !== null) {
    const sign = symbolOf(look, stateSigns.red);
    return [
      ...title(actionWords(step), 'bad', ''),
      ...note('bad', `${sign} ${blocked.why}`),
      ...(blocked.hint === null ? [] : note('plain', blocked.hint)),
      ...name,
    ];
  }
  const only = condition === null ? [] : note('warn', `only if then ${condition}`);
  if (isSettled) return [...title(actionWords(step), 'good', 'is so already, nothing is left to do'), ...only, ...name];
  if (change === null) return [...title(step.step.kind, 'strong', ''), ...note('plain', doingOf(step)), ...only];
  return [
    ...title(actionWords(step), isSevere(step) ? 'bad' : 'strong', change.target),
    ...changeLines(look, step, inside),
    ...only,
    ...warningLines(look, step, inside),
    ...note('plain', joined(look, outcomeOf(step))),
    ...name,
  ];
};

const stepName = (look: Look, { id, control, agent, approval }: PlannedStep): string =>
  joined(look, [
    `step ${id}`,
    ...(agent === null ? [] : [`of ${agent}`]),
    ...(control === null ? [] : [`by ${control.kind}`]),
    ...(approval === 'none' ? [] : [`${approval === 'two' ? 'two people approve' : 'one person approves'}`]),
  ]);

/** What was and what will be, a field a line, in columns. */
const changeLines = (look: Look, { change }: PlannedStep, indent: number): readonly string[] => {
  const fields = movedFields(change);
  const width = Math.max(0, ...fields.map(displayWidth));
  return fields.flatMap((field) =>
    paragraph(
      look,
      indent,
      width + 2,
      { text: `${field}${' '.repeat(width - displayWidth(field))}  `, tone: 'dim' },
      { text: `${writtenValue(change?.from[field])} ` },
      { text: `${arrow(look)} `, tone: 'dim' },
      { text: writtenValue(change?.to[field]), tone: 'strong' },
    ),
  );
};

const warningLines = (look: Look, { change, sharedWith, keepsRunning }: PlannedStep, indent: number): readonly string[] => {
  const sign = symbolOf(look, stateSigns.yellow);
  const warn = (text: string) => paragraph(look, indent, 2, { text: `${sign} ${text}`, tone: 'warn' });
  return [
    ...(change?.reversible === false ? warn(`cannot be undone: ${change.lasting ?? 'its control says so'}`) : []),
    ...(sharedWith.length > 0 ? warn(`also felt by ${sharedWith.join(', ')}`) : []),
    ...(keepsRunning !== null ? warn(`goes on all the same: ${keepsRunning}`) : []),
  ];
};

const footLines = ({ plan, stale, source, confirmCommand }: PlanAnswer, { look }: ViewOptions): readonly string[] => {
  const needs = needsOf(plan);
  const facts = [
    ...(needs.approvals === 0 ? [] : [plural(needs.approvals, 'approval')]),
    ...(needs.typedName === null ? [] : [`the name ${needs.typedName}, typed`]),
    ...needs.locks.map((lock) => `lock ${lock}`),
    ...(needs.tick ? ['agentops runbook expire by cron, to end it'] : []),
  ];
  const row = (title: string, tone: Tone, text: string) =>
    paragraph(look, 0, 7, { text: `${title.padEnd(7)}`, tone: 'dim' }, { text, tone });
  const obstacles = obstaclesOf(plan);
  const sign = symbolOf(look, stateSigns.red);
  const moved = (stale ?? []).flatMap((sentence) => paragraph(look, 7, 2, { text: sentence, tone: 'warn' }));
  return [
    '',
    ...(facts.length === 0 ? [] : row('needs', 'plain', joined(look, facts))),
    ...row('plan', 'plain', shortHash(plan.hash)),
    ...(stale === null
      ? []
      : stale.length === 0
        ? row('stale', 'good', 'no, nothing it touches has moved')
        : [...row('stale', 'bad', 'yes, something it touches has moved'), ...moved]),
    ...(obstacles.length > 0
      ? [
          '',
          ...paragraph(look, 0, 2, { text: `${sign} it cannot be run: ${plural(obstacles.length, 'step')} cannot be done`, tone: 'bad' }),
        ]
      : []),
    ...(obstacles.length > 0 || source === 'twins' || stepsOf(plan).every(({ change }) => change === null)
      ? []
      : ['', renderLine(look, 0, [{ text: 'To do just this:', tone: 'dim' }]), commandLine(look, confirmCommand)]),
  ];
};

/** A command is never cut: it is there to be copied. */
const commandLine = (look: Look, command: string): string => renderLine({ ...look, width: null }, 2, [{ text: command, tone: 'strong' }]);
