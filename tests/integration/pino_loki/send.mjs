// pino-loki: a transport of pino
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(process.env.MODULES + '/')
const pino = require('pino')
const { URL, NAME, EVENTS, MODULES } = process.env
const events = readFileSync(EVENTS, 'utf8').trim().split('\n').map(line => JSON.parse(line))
const transport = pino.transport({
  target: require.resolve('pino-loki'),
  options: { host: URL, labels: { job: NAME }, batching: { interval: 1, maxBufferSize: 10000 } }
})
const log = pino({ base: { host: 'sender' } }, transport)
for (const { n, level, message } of events) log[level]({ n }, message)
log.flush()
await new Promise(resolve => { transport.on('close', resolve); transport.end() })
