import { fork } from 'node:child_process';
import { resolve } from 'node:path';

const program = resolve(import.meta.dirname, 'life.mjs');
const ignore = () => undefined;

/** Processes that stand ready, so that nobody waits while one loads. @param ahead how many */
export const openLives = (ahead) => {
  const born = () => {
    const child = fork(program, [], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('error', ignore);
    // Heard from the beginning, since one may end before its turn comes; and to the last word, which may come after its end.
    const spoken = new Promise((done) => child.on('disconnect', done));
    const exited = new Promise((done) => child.on('exit', (code, signal) => done(spoken.then(() => ({ code, signal })))));
    return { child, exited };
  };
  const ready = Array.from({ length: ahead }, born);
  return {
    /**
     * One life, to its end: `{ ended }`, `{ broke }`, or `{ killed: true }`.
     * @param answer acts for it; where that says `kill`, it has acted and the life ends before it hears of it
     */
    live: async (order, answer) => {
      const { child, exited } = ready.shift();
      ready.push(born());
      let last = null;
      child.on('message', async (message) => {
        if (message.ask === undefined) {
          last = message;
          return;
        }
        const { kill, ...reply } = await answer(message);
        if (kill) child.kill('SIGKILL');
        else if (child.connected) child.send({ answered: message.ask, ...reply }, ignore);
      });
      if (child.connected) child.send(order, ignore);
      const { code, signal } = await exited;
      if (signal === 'SIGKILL') return { killed: true };
      return last ?? { broke: `it ended with ${code ?? signal} and said nothing` };
    },
    close: () => {
      for (const { child } of ready) child.kill('SIGKILL');
    },
  };
};
