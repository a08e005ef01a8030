// @elastic/elasticsearch: helpers.bulk
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(process.env.MODULES + '/')
const { Client } = require('@elastic/elasticsearch')
const { URL, NAME, N, EVENTS } = process.env
const events = readFileSync(EVENTS, 'utf8').trim().split('\n').map(line => JSON.parse(line))
const client = new Client({ node: URL })
const result = await client.helpers.bulk({
  datasource: events.map(({ time, n, level, message }) => ({ '@timestamp': time, n, level, message })),
  onDocument: () => ({ create: { _index: NAME } })
})
if (result.successful !== Number(N) || result.failed) throw new Error(JSON.stringify(result))
