import { openPeer, type Received, type Reply } from '../../support/http-peer.ts';
import { json } from '../../support/replies.ts';
import { type ControlHarness, type ControlPeer, connection, faultable } from '../control-suite.ts';

interface Run {
  readonly id: string;
  readonly thread: string;
  readonly graph: string;
  status: 'pending' | 'running' | 'interrupted';
}

const uuid = (graph: string) => `id-of-${graph}`;
const cancelPath = /^\/threads\/([^/]+)\/runs\/([^/]+)\/cancel$/;
const runsPath = /^\/threads\/([^/]+)\/runs$/;

/** An Agent Server as far as runs go; `bulk` as the hosted one, without it as the development server. */
const server = (graphs: string[], runs: Run[], bulk: boolean, done: string[]): Reply => {
  const isBusy = ({ status }: Run) => status !== 'interrupted';
  const cancel = (run: Run) => {
    if (isBusy(run)) done.push(`cancelled ${run.id}`);
    run.status = 'interrupted';
  };
  const answer = ({ method, path, query, json: asked }: Received): Reply => {
    if (path === '/assistants/search') return json(graphs.map((graph) => ({ assistant_id: uuid(graph), graph_id: graph })));
    if (path === '/threads/search') return json([...new Set(runs.filter(isBusy).map(({ thread }) => ({ thread_id: thread })))]);
    if (path === '/runs/crons/search') return json([{ cron_id: 'c1' }]);
    if (path === '/runs/cancel' && bulk) {
      runs.forEach(cancel);
      return json({}, 200);
    }
    const [, thread, id] = cancelPath.exec(path) ?? runsPath.exec(path) ?? [];
    const found = runs.filter((run) => run.thread === thread);
    if (method === 'GET' && thread !== undefined) {
      const asked = found.filter(({ status }) => status === query.get('status'));
      return json(asked.map((run) => ({ run_id: run.id, assistant_id: uuid(run.graph), status: run.status })));
    }
    const run = found.find((each) => each.id === id);
    if (run === undefined || query.get('wait') !== 'true' || query.get('action') !== 'interrupt') return json({ asked }, 404);
    cancel(run);
    return (_request, response) => response.writeHead(204).end();
  };
  return (request, response) => answer(request)(request, response);
};

const open = (assistant: string | undefined, running: readonly string[], bulk: boolean) => async (): Promise<ControlPeer> => {
  const graphs = ['agent', 'other'];
  const runs: Run[] = running.map((graph, at) => ({
    id: `r${at}`,
    thread: `t${at}`,
    graph,
    status: at % 2 === 0 ? 'running' : 'pending',
  }));
  const done: string[] = [];
  const plane = faultable(server(graphs, runs, bulk, done), ({ path }) => path.endsWith('/cancel'));
  const { url } = await openPeer(plane.reply);
  return {
    control: { connection: 'graph', ...(assistant === undefined ? {} : { assistant }) },
    connections: connection('graph', url),
    look: () => runs.map(({ status }) => status),
    effects: () => done,
    writes: plane.writes,
    ...(assistant === undefined ? {} : { remove: () => void graphs.splice(0) }),
    fail: plane.fail,
  };
};

const wishes = [{ action: 'kill', params: {} }] as const;
const faults = {
  read: ['401', '403', '429', '500', '503', 'cut', 'html'],
  write: ['401', '403', '429', '500', '503', 'cut', 'html'],
} as const;

const harness: ControlHarness = {
  variants: [
    { name: 'one assistant', wishes, faults, open: open('agent', ['agent', 'other', 'other'], false) },
    { name: 'every run, in bulk', wishes, faults, open: open(undefined, ['agent', 'agent', 'other'], true) },
    { name: 'every run, one by one', wishes, open: open(undefined, ['agent', 'agent', 'other'], false) },
  ],
};

export default harness;
