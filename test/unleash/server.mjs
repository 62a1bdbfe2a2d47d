// A real Unleash server over the PostgreSQL at DATABASE_PORT, with tokens that the tests know.
import { start } from 'unleash-server';

const token = (type, environment, secret) => ({ type, environment, projects: ['*'], secret, tokenName: secret });

await start({
  db: { host: '127.0.0.1', port: Number(process.env.DATABASE_PORT), user: 'unleash', password: '', database: 'postgres', ssl: false },
  server: { host: '127.0.0.1', port: Number(process.env.PORT) },
  authentication: {
    type: 'open-source',
    initApiTokens: [
      token('admin', '*', '*:*.write-credential-0002'),
      token('admin', '*', '*:*.read-credential-0001'),
      token('client', 'development', '*:development.client'),
      token('client', 'production', '*:production.client'),
    ],
  },
  versionCheck: { enable: false },
  telemetry: false,
});
console.log('ready');
