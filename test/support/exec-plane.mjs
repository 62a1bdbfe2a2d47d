// A program that controls something: its state and its effect log are files beside each other. exec-plane.mjs FOLDER show | set NAME JSON | note WORD…
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, verb, ...rest] = process.argv.slice(2);
const state = join(folder, 'state.json');
const read = () => JSON.parse(readFileSync(state, 'utf8'));
const fault = join(folder, 'fault');
const broken = existsSync(fault) ? readFileSync(fault, 'utf8') : '';

if (verb !== 'show')
  appendFileSync(join(folder, 'calls.log'), `${JSON.stringify([rest, Object.keys(process.env).sort(), process.env.AGENTOPS_KEY])}\n`);
if (verb === 'show' && broken === 'read') {
  process.stderr.write(`no such cluster, the token is ${process.env.LOOK}\n`);
  process.exit(1);
}
if (verb === 'show') process.stdout.write(JSON.stringify(read()));
else if (broken !== '') {
  process.stderr.write(`refused with ${process.env.ACT}\n`);
  if (broken === 'kill') process.kill(process.pid, 'SIGKILL');
  process.exit(Number(broken));
} else if (verb === 'set') {
  const [name, value] = rest;
  const before = read();
  const after = { ...before, [name]: JSON.parse(value ?? 'null') };
  writeFileSync(state, JSON.stringify(after));
  if (JSON.stringify(before) !== JSON.stringify(after)) appendFileSync(join(folder, 'effects.log'), `${name} ${value}\n`);
}
