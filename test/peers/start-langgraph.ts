import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { type Peer, peersFolder, startPeer } from './start-peer.ts';

/** What a test needs installed to start the server. */
export const langgraphPackages = ['@langchain/langgraph-cli', '@langchain/langgraph', '@langchain/core'] as const;

/**
 * The real LangGraph development server with the graph of `langgraph/`. It keeps its threads in the folder it serves: a copy, below the
 * packages that the graph imports, starts it empty.
 */
export const startLangGraph = async (): Promise<Peer> => {
  const folder = mkdtempSync(`${peersFolder}node_modules/.langgraph-`);
  cpSync(`${peersFolder}langgraph`, folder, { recursive: true });
  const server = await startPeer({
    argv: (port) => ['langgraphjs', 'dev', '--host', '127.0.0.1', '--port', `${port}`, '--no-browser', '--no-reload'],
    cwd: folder,
    env: { LANGSMITH_TRACING: 'false' },
    ready: /Server running/,
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...server, stop };
};
