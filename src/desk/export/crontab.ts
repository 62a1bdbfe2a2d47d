import { usageError } from '../../ground/errors.ts';
import { shellWord } from '../../response/runbooks/next-command.ts';
import type { Scheduling } from './schedule.ts';

const minuteMs = 60_000;
const minutesOfHour = 60;

/** Minutes of cron between two ticks; they must divide the hour, or an hour must pass between the last and the first. */
export const cronMinutes = (everyMs: number, least = 1): string => {
  const minutes = everyMs / minuteMs;
  if (Number.isInteger(minutes) && minutes >= least && minutesOfHour % minutes === 0) {
    if (minutes === minutesOfHour) return '0 * * * *';
    return minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`;
  }
  throw usageError({
    code: 'flag_invalid',
    message: `cron cannot do something every ${everyMs / 1000} s: it knows minutes that divide the hour${least > 1 ? `, from ${least} on` : ''}`,
    hint: `--every ${least}m, or agentops watch for any other`,
  });
};

/**
 * One line for crontab(5), with what to know about it as comments. It needs nothing of the environment that cron leaves: every path is
 * absolute, and variables are read from a file that only its owner can read.
 */
export const crontabText = ({ fleet, node, program, manifest, stateFolder, envFile, everyMs, user }: Scheduling): string => {
  const words = [node, ...(envFile === null ? [] : [`--env-file=${envFile}`]), program, 'tick', '--quiet', '--manifest', manifest];
  return [
    `# ${oneLine(fleet)}: a tick of agentops. State: ${oneLine(stateFolder)}. For the crontab of ${oneLine(user)}: crontab -e`,
    '# It prints nothing unless part of its work failed, so that what cron mails is worth reading.',
    `${cronMinutes(everyMs)} ${crontabEscaped(words.map(shellWord).join(' '))}`,
    '',
  ].join('\n');
};

/** cron ends a command at a `%` that has no backslash before it, and takes that backslash away before the shell sees it (crontab(5)). */
const crontabEscaped = (command: string): string => {
  if (/[\r\n]/.test(command))
    throw usageError({
      code: 'path_unfit',
      message: 'a path holds a line break, and a line of crontab cannot',
      hint: 'move the manifest to another folder',
    });
  return command.replaceAll('%', '\\%');
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
