// OpenTelemetry's JS SDK: OTLP over HTTP in JSON.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(process.env.MODULES + '/')
const { LoggerProvider, BatchLogRecordProcessor } = require('@opentelemetry/sdk-logs')
const { OTLPLogExporter } = require('@opentelemetry/exporter-logs-otlp-http')
const { resourceFromAttributes } = require('@opentelemetry/resources')
const { URL, NAME, EVENTS } = process.env
const events = readFileSync(EVENTS, 'utf8').trim().split('\n').map(line => JSON.parse(line))
const exporter = new OTLPLogExporter({ url: `${URL}/v1/logs` })
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': NAME, 'host.name': 'sender' }),
  processors: [new BatchLogRecordProcessor({ exporter, maxExportBatchSize: 100 })]
})
const logger = provider.getLogger('orders', '1.2')
for (const { n, time, level, message } of events) {
  logger.emit({
    timestamp: new Date(time),
    severityText: level.toUpperCase(),
    severityNumber: { info: 9, warn: 13, error: 17 }[level],
    body: message,
    attributes: { n, paid: n % 2 === 0, tags: ['a', 'b'] }
  })
}
await provider.shutdown()
