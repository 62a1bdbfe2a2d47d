/**
 * Loaded before the program: lets it live at another time (`LIFE_AT`, ms from now), and kills it with SIGKILL at the boundary it is told to
 * die at (`LIFE_DIES`): each commit of journal or cache has one before it and one behind it. What it passed is counted in `LIFE_LOG`.
 */
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const offset = Number(process.env.LIFE_AT ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + offset;

const dies = Number(process.env.LIFE_DIES ?? 0);
let passed = 0;
const boundary = (name) => {
  passed += 1;
  appendFileSync(process.env.LIFE_LOG, `${passed} ${name}\n`);
  if (passed === dies) process.kill(process.pid, 'SIGKILL');
};

const Database = createRequire(import.meta.url)('better-sqlite3');
const { transaction } = Database.prototype;
Database.prototype.transaction = function mortal(work) {
  const whole = transaction.call(this, work);
  const watched =
    (run) =>
    (...args) => {
      boundary('before a commit');
      const result = run(...args);
      boundary('behind a commit');
      return result;
    };
  return Object.assign(watched(whole), {
    immediate: watched(whole.immediate),
    deferred: watched(whole.deferred),
    exclusive: watched(whole.exclusive),
  });
};
