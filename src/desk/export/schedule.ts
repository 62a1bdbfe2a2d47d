import { crontabText } from './crontab.ts';
import { kubernetesText } from './kubernetes-watch.ts';
import { systemdText } from './systemd-unit.ts';
import { workflowText } from './workflow.ts';

export const scheduleFormats = ['crontab', 'systemd', 'kubernetes', 'github-actions'] as const;
export type ScheduleFormat = (typeof scheduleFormats)[number];

/** Where everything is on this machine, and how often there is to be a tick. Paths are absolute. */
export interface Scheduling {
  readonly fleet: string;
  readonly version: string;
  readonly node: string;
  /** The program that Node runs. */
  readonly program: string;
  readonly manifest: string;
  /** The manifest in its repository, where that is known; else its file name. */
  readonly manifestInRepository: string;
  readonly stateFolder: string;
  /** Null: the manifest needs no variable. */
  readonly envFile: string | null;
  /** Environment variables that the manifest names. */
  readonly needs: readonly string[];
  readonly user: string;
  readonly everyMs: number;
  /** The container image that holds the program. */
  readonly image: string;
}

const texts: Readonly<Record<ScheduleFormat, (scheduling: Scheduling) => string>> = {
  crontab: crontabText,
  systemd: systemdText,
  kubernetes: kubernetesText,
  'github-actions': workflowText,
};

/** What another program needs to be told so that there is a tick again and again. Throws a usage error for what that program cannot do. */
export const scheduleText = (format: ScheduleFormat, scheduling: Scheduling): string => texts[format](scheduling);
