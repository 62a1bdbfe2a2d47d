import type { Leaf } from '../../command.ts';
import { choiceFlag, waitFlag } from '../../flags.ts';

const formats = ['crontab', 'systemd', 'kubernetes', 'github-actions'] as const;

interface Flags {
  readonly format: (typeof formats)[number];
  readonly every: number;
  readonly envFile?: string;
  readonly image: string;
}

const print: Leaf = {
  formats: ['text', 'json'],
  flags: [
    {
      flags: '--format <name>',
      summary: `what is to run it: ${formats.join(', ')}`,
      parse: choiceFlag(formats),
      fallback: 'crontab',
    },
    { flags: '--every <duration>', summary: 'how often', parse: waitFlag, fallback: '1m' },
    {
      flags: '--env-file <file>',
      summary: 'the file of its variables, which only you may read; default: agentops.env beside the manifest',
    },
    { flags: '--image <name>', summary: 'kubernetes: the image that holds agentops', fallback: 'agentops:latest' },
  ],
  examples: [
    ['agentops schedule print', 'one line of crontab, with absolute paths'],
    ['agentops schedule print --format systemd > /etc/systemd/system/agentops-acme.service', 'a service'],
    ['agentops schedule print --format github-actions > .github/workflows/agentops.yml', 'a workflow, every five minutes at most'],
  ],
  exits: [['2', 'others may read the file of its secrets, or what runs it cannot do it that often']],
  async run(session, _arguments, given) {
    const { format, every, envFile = null, image } = given as unknown as Flags;
    const { printSchedule } = await import('../../print-schedule.ts');
    return printSchedule(session, { format, everyMs: every, envFile, image });
  },
};

export default print;
