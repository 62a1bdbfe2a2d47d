import type { Fleet } from '../../fleet/agent.ts';
import { parseReference, referencePattern } from '../../ground/units/reference.ts';
import { type Yaml, yamlText } from './yaml-text.ts';

export interface GateWish {
  /** The repository that agentops is installed from, `owner/name`, and the commit of it, 40 hexadecimal digits. */
  readonly source: { readonly repository: string; readonly commit: string };
  /** The manifest in its own repository. */
  readonly manifestInRepository: string;
  /** Every variable that the manifest names without a fallback. */
  readonly needs: readonly string[];
  /** A committed file that evals are held against, as the repository has it; null: the floor and critical cases alone decide. */
  readonly baseline: string | null;
  /** What the evals of one pull request may cost, dollars. */
  readonly maxUsd: number;
}

export interface GateExport {
  readonly text: string;
  readonly leftOut: readonly { readonly name: string; readonly part: null; readonly reason: string }[];
}

const isOwn = "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository";
const isFork = "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name != github.repository";

/** Where the program stands in the workspace, beside what is checked. */
const sourceFolder = '.agentops-source';
const agentops = `node "$GITHUB_WORKSPACE/${sourceFolder}/bin/agentops.js"`;

/**
 * A workflow of GitHub that says of each pull request whether it may be deployed: the manifest, the policies, the evals. What comes from a
 * fork is not trusted: its manifest is looked at without secrets, and none of its agents is asked.
 */
export const gateWorkflow = (fleet: Fleet, wish: GateWish): GateExport => {
  const leftOut = fleet.agents
    .filter(({ evals }) => evals.length === 0)
    .map(({ name }) => ({ name, part: null, reason: 'it names no suite under evals: nothing is asked of it' }));
  const hasEvals = leftOut.length < fleet.agents.length;
  const workflow = {
    name: `agentops: gate of ${fleet.name}`,
    on: { pull_request: {}, merge_group: {}, workflow_dispatch: {} },
    permissions: { contents: 'read' },
    concurrency: { group: 'agentops-gate-${{ github.ref }}', 'cancel-in-progress': true },
    jobs: { check: checkJob(fleet, wish), ...(hasEvals ? { eval: evalJob(fleet, wish) } : {}) },
  };
  return { text: yamlText(introduction(fleet, leftOut), workflow), leftOut };
};

const preparation = ({ source }: GateWish): readonly Yaml[] => [
  { uses: 'actions/checkout@v4', with: { 'persist-credentials': false } },
  {
    name: 'agentops, from a pinned commit',
    uses: 'actions/checkout@v4',
    with: { repository: source.repository, ref: source.commit, path: sourceFolder, 'persist-credentials': false },
  },
  { uses: 'actions/setup-node@v4', with: { 'node-version': 22 } },
  { run: 'npm ci && npm run build', 'working-directory': sourceFolder },
];

const checkJob = (fleet: Fleet, wish: GateWish): Yaml => {
  const step = (name: string, words: string): readonly Yaml[] => [
    { name, if: isOwn, run: `${agentops} ${words} --manifest "$AGENTOPS_FILE"` },
    {
      name: `${name}, from a fork`,
      if: isFork,
      run: `${agentops} ${words} --manifest "$AGENTOPS_FILE" --untrusted --allow-env "$ALLOWED_VARIABLES" --allow-host "$ALLOWED_HOSTS"`,
    },
  ];
  return {
    'runs-on': 'ubuntu-latest',
    'timeout-minutes': 15,
    env: {
      AGENTOPS_FILE: wish.manifestInRepository,
      // What the manifest names today: a fork that names more is refused.
      ALLOWED_VARIABLES: wish.needs.join(','),
      ALLOWED_HOSTS: hostsOf(fleet).join(','),
    },
    steps: [...preparation(wish), ...step('The manifest', 'validate'), ...step('The policies', 'policy check --output github')],
  };
};

const evalJob = (fleet: Fleet, wish: GateWish): Yaml => {
  const { baseline, maxUsd } = wish;
  const run = `${agentops} eval run --manifest "$AGENTOPS_FILE" --max-usd "$MAX_USD"${baseline === null ? '' : ' --baseline "$BASELINE"'} --output github`;
  return {
    needs: 'check',
    if: isOwn,
    'runs-on': 'ubuntu-latest',
    'timeout-minutes': 60,
    env: { AGENTOPS_FILE: wish.manifestInRepository, MAX_USD: String(maxUsd), ...(baseline === null ? {} : { BASELINE: baseline }) },
    steps: [
      ...preparation(wish),
      {
        name: 'The evals',
        run,
        env: Object.fromEntries(neededBy(fleet, wish.needs).map((name) => [name, `\${{ secrets.${name} }}`])),
      },
    ],
  };
};

/** Names of variables that references in a value stand for, at any depth. */
const variablesIn = (value: unknown): ReadonlySet<string> =>
  new Set(
    [...JSON.stringify(value ?? null).matchAll(referencePattern)].flatMap(([, inside]) => {
      const reference = inside === undefined ? null : parseReference(inside);
      return reference?.kind === 'variable' ? [reference.name] : [];
    }),
  );

/** What asks agents and judges needs: credentials that act on agents are no business of a pull request. */
const neededBy = (fleet: Fleet, needs: readonly string[]): readonly string[] => {
  const asking = variablesIn([fleet.agents.map(({ endpoint }) => endpoint), fleet.judges]);
  const deferred = variablesIn(fleet);
  return needs.filter((name) => asking.has(name) || !deferred.has(name)).toSorted();
};

/** Hosts of the addresses that the manifest writes out. */
const hostsOf = (fleet: Fleet): readonly string[] =>
  [
    ...new Set([...JSON.stringify(fleet).matchAll(/\bhttps?:\/\/([a-z0-9.-]+)(?=[:/?#"\\])/gi)].map(([, host = '']) => host.toLowerCase())),
  ].toSorted();

const introduction = (fleet: Fleet, leftOut: GateExport['leftOut']): string =>
  [
    `Whether a pull request may be deployed: the manifest, the policies and the evals of the fleet ${fleet.name}. Made by: agentops export github-actions`,
    'A pull request from a fork gets no secret and asks no agent: a maintainer runs its evals, once the change is understood.',
    'Secrets of the repository have the names that the manifest has. Exit 1 or 3 fails the job: worse, or no verdict.',
    ...leftOut.map(({ name, reason }) => `Left out: ${name}: ${reason}`),
  ].join('\n');
