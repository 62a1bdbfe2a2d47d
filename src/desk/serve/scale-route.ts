import type { Fleet } from '../../fleet/agent.ts';
import { plain } from '../../ground/runtime/server.ts';
import { scaleFacts } from '../../views/scale-facts.ts';
import type { DesiredWorkers } from './desired-workers.ts';
import type { Route } from './post.ts';

/** `GET /scale/<agent>`: how many workers it should have, as KEDA's metrics-api asks for it. 503 where that was not known lately, so that a scaler keeps what it has. */
export const scaleRoute = (fleet: Fleet, desired: Pick<DesiredWorkers, 'known'>, encoded: string): Route => ({
  method: 'GET',
  async answer() {
    const name = decoded(encoded);
    const agent = fleet.agents.find((each) => each.name === name);
    if (agent === undefined || agent.scale === undefined || agent.scale === null)
      return plain(404, `there is no agent ${JSON.stringify(name)} that says under scale: how it scales`);
    const view = desired.known().find((each) => each.agent === name);
    if (view === undefined) return plain(503, `how many workers ${name} should have is not known now`);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(scaleFacts(view)) };
  },
});

/** What is no encoding at all is a name that no agent has. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
