// splunk-logging: Splunk's own library for HEC
const { createRequire } = require('node:module')
const { readFileSync } = require('node:fs')
const { URL: url, NAME, EVENTS, MODULES } = process.env
const { Logger } = createRequire(MODULES + '/')('splunk-logging')

const events = readFileSync(EVENTS, 'utf8').trim().split('\n').map(line => JSON.parse(line))
const logger = new Logger({ token: 'key', url, maxBatchCount: 100 })
logger.error = error => { throw error }
for (const { time, n, level, message } of events) {
  const metadata = { time: Date.parse(time), source: NAME, sourcetype: 'app', host: 'sender' }
  logger.send({ message: { n, message }, severity: level, metadata })
}
logger.flush(error => { if (error) throw error })
