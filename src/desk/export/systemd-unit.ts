import type { Scheduling } from './schedule.ts';

/** A word of a command in a unit file, systemd.service(5): quoted, with `%` and `$` standing for themselves. */
const unitWord = (word: string): string => {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_./:=,@+%-]+$/.test(plain)
    ? plain
    : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
};

/** A service that ticks and is started again where it ends: a timer would wait for runbooks that look for minutes whether they helped. */
export const systemdText = ({ fleet, node, program, manifest, stateFolder, envFile, everyMs, user }: Scheduling): string => {
  const start = [node, program, 'watch', '--every', `${everyMs / 1000}s`, '--quiet', '--manifest', manifest];
  return [
    `# /etc/systemd/system/agentops-${fleet}.service`,
    `# sudo systemctl daemon-reload && sudo systemctl enable --now agentops-${fleet}.service`,
    '[Unit]',
    `Description=agentops watches ${fleet}`,
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=exec',
    `User=${user}`,
    // By the second line it knows which file to keep from others.
    ...(envFile === null ? [] : [`EnvironmentFile=${pathWord(envFile)}`, `Environment=${assignment('AGENTOPS_ENV_FILE', envFile)}`]),
    `ExecStart=${start.map(unitWord).join(' ')}`,
    'Restart=always',
    'RestartSec=10',
    '# It ends the duty under way and says so by 143.',
    'SuccessExitStatus=143',
    'TimeoutStopSec=150',
    'UMask=0077',
    'NoNewPrivileges=true',
    'ProtectSystem=full',
    `ReadWritePaths=${unitWord(stateFolder)}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
};

/** A variable of Environment=, systemd.exec(5): quoted, where `$` stands for itself. */
const assignment = (name: string, value: string): string =>
  `"${name}=${value.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** A setting that is one path: nothing is quoted there, and `%` stands for itself doubled. */
const pathWord = (path: string): string => path.replaceAll('%', '%%');
