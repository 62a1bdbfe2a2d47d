import type { RunNews } from '../response/runbooks/run.ts';
import { renderRunProgress, runShown, type ShownRun } from '../views/run-progress.ts';
import { pauseLine, quietLine, stepLine } from '../views/runbook-run.ts';
import type { Session } from './command.ts';

/** Shows how a run goes, on stderr, until it is closed. */
export interface RunTeller {
  on(news: RunNews): void;
  close(): void;
}

const stopping = (command: string): string => `stopping after this step; Ctrl-C again leaves at once. To go on: ${command}`;

/** The steps of a run as a list that is redrawn in a terminal; elsewhere a line each time one moves. Says what goes on with it where it is interrupted. */
export const openRunNews = async ({ ctx, terminal }: Pick<Session, 'ctx' | 'terminal'>): Promise<RunTeller> => {
  const progress = await terminal.startProgress();
  const mask = (line: string) => ctx.secrets.mask(line);
  let shown: ShownRun | null = null;
  let resumeCommand: string | null = null;
  const draw = () => {
    if (shown !== null) progress.phase(mask(renderRunProgress(progress.look, shown)));
  };
  const interrupted = () => {
    if (resumeCommand === null) return;
    if (shown === null) terminal.say(mask(stopping(resumeCommand)));
    else shown = { ...shown, note: stopping(resumeCommand) };
    draw();
  };
  ctx.signal.addEventListener('abort', interrupted);
  const say = lineTeller(terminal, mask);
  return {
    on: (news) => {
      if (news.kind === 'started') resumeCommand = news.resumeCommand;
      if (!progress.isRedrawn) return say(news);
      shown = runShown(shown, news);
      draw();
    },
    close: () => {
      ctx.signal.removeEventListener('abort', interrupted);
      progress.stop();
    },
  };
};

/** A log is no animation: how silence comes about is told once, and once more where it does not come. */
const lineTeller = ({ err, say }: Pick<Session['terminal'], 'err' | 'say'>, mask: (line: string) => string): ((news: RunNews) => void) => {
  const waitedFor = new Set<string>();
  const lineOf = (news: RunNews): string | null => {
    switch (news.kind) {
      case 'started':
        return err.paint('dim', `run ${news.run.id}`);
      case 'pause':
        return pauseLine(err, news.step, news.ms, news.why);
      case 'step':
        return stepLine(err, news.step, news.doing);
      case 'quiet': {
        const isNews = news.ms === 0 || !waitedFor.has(news.agent);
        waitedFor.add(news.agent);
        return isNews ? quietLine(err, news.agent, news.ms, news.why) : null;
      }
    }
  };
  return (news) => {
    const line = lineOf(news);
    if (line !== null) say(mask(line));
  };
};
