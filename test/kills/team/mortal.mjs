/**
 * Loaded before the program: lets it, and the server's clock as it sees that, live at another time (`LIFE_AT`, ms from now), and kills it
 * with SIGKILL at the boundary it is told to die at (`LIFE_DIES`): each commit of the journal has one before it and one behind it.
 */
import { createRequire } from 'node:module';

const offset = Number(process.env.LIFE_AT ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + offset;

const dies = Number(process.env.LIFE_DIES ?? 0);
let passed = 0;
const boundary = () => {
  passed += 1;
  if (passed === dies) process.kill(process.pid, 'SIGKILL');
};

const { Client } = createRequire(import.meta.url)('pg');
const { query } = Client.prototype;
Client.prototype.query = function mortal(asked, ...rest) {
  if (asked === 'COMMIT') {
    boundary();
    return query.call(this, asked, ...rest).then((answer) => {
      boundary();
      return answer;
    });
  }
  const isClock = typeof asked === 'string' && asked.startsWith('SELECT floor(extract(epoch FROM clock_timestamp())');
  return query.call(this, isClock ? asked.replace('clock_timestamp()', `clock_timestamp() + interval '${offset} ms'`) : asked, ...rest);
};
