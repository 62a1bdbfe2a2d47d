import { protocols } from '../../src/agents/protocols/registry.ts';
import { type Dialect, protocolContract } from './protocol-suite.ts';

/** `command` speaks to a child process and has tests of its own. */
const overHttp = Object.entries(protocols).filter(([kind]) => kind !== 'command');

for (const [kind, load] of overHttp) {
  const { default: dialect } = (await import(`./dialects/${kind}.ts`)) as { default: Dialect };
  protocolContract(kind, load, dialect);
}
