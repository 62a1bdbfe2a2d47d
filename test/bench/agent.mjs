// An agent that answers every question so many ms after it was asked, 20 by default.
import { createServer } from 'node:http';

const afterMs = Number(process.argv[2] ?? 20);
const body = JSON.stringify({
  model: 'm',
  choices: [{ finish_reason: 'stop', message: { content: 'pong' } }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
});
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () =>
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(body);
    }, afterMs),
  );
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
