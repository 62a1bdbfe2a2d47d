// An agent that answers every question 20 ms after it was asked.
import { createServer } from 'node:http';

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
    }, 20),
  );
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
