/**
 * Sends spans with OpenTelemetry's own SDK and exporter, as an agent does: `otel-exporter.mjs <http|proto> <url> <batches> <compression>`.
 * It prints how many batches the exporter called exported and how many failed.
 */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const [kind, url, batches, compression] = process.argv.slice(2);
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${kind}`);
const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, compression, timeoutMillis: 10_000 });

const results = { exported: 0, failed: 0 };
const counting = {
  export: (spans, done) =>
    exporter.export(spans, (result) => {
      results[result.code === 0 ? 'exported' : 'failed'] += 1;
      done(result);
    }),
  shutdown: () => exporter.shutdown(),
  forceFlush: () => exporter.forceFlush(),
};
const processor = new BatchSpanProcessor(counting, { maxExportBatchSize: 30, maxQueueSize: 10_000 });
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'weather-agent', 'service.version': '1.4.2', 'deployment.environment.name': 'prod' }),
  spanProcessors: [processor],
});
const tracer = provider.getTracer('gen_ai', '7.0.0');
const { trace, context } = await import('@opentelemetry/api');

for (let at = 0; at < Number(batches) * 10; at++) {
  const root = tracer.startSpan('invoke_agent weather', {
    kind: SpanKind.INTERNAL,
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'weather', 'gen_ai.conversation.id': `c${at}` },
  });
  const within = trace.setSpan(context.active(), root);
  const chat = tracer.startSpan(
    'chat gpt-4o-mini',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 100,
        'gen_ai.response.finish_reasons': ['stop'],
      },
    },
    within,
  );
  chat.end();
  const tool = tracer.startSpan(
    'execute_tool lookup',
    { attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'lookup' } },
    within,
  );
  if (at % 10 === 0) {
    tool.recordException(new Error('no such city'));
    tool.setStatus({ code: SpanStatusCode.ERROR, message: 'no such city' });
  }
  tool.end();
  root.end();
}
await provider.forceFlush();
await provider.shutdown();
console.log(JSON.stringify(results));
