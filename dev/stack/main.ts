/** `npm run stack`: the local servers, until Ctrl-C. */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { terminalProgress } from './progress.ts'
import { type StackOptions, startStack } from './stack.ts'

const USAGE = `npm run stack -- [--brokers 1|3] [--users NUMBER] [--data DIRECTORY]

  --brokers  one Kafka node, or three with replication (default 1)
  --users    users to generate beside the sample ones (default 0)
  --data     keep the data in this directory, and find it again (default: temporary)
`

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '1' },
    users: { type: 'string', default: '0' },
    data: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit()
}

const interrupted = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map(signal => once(process, signal)))
const progress = terminalProgress()
const options: StackOptions = {
  brokers: values.brokers === '3' ? 3 : 1,
  generatedUsers: Number(values.users),
  ...(values.data && { dataDirectory: values.data, registryStorage: 'postgres' }),
  progress,
}

try {
  const stack = await Promise.race([startStack(options), interrupted])
  if ('stop' in stack) {
    process.stdout.write(
      `KAFKA_BROKERS=${stack.kafka.brokers.join(',')}\n` +
        `SCHEMA_REGISTRY_URL=${stack.registry.url}\n` +
        `DATABASE_URL=${stack.postgres.url}\n`,
    )
    progress.line(`Logs are in ${stack.directory}. Ctrl-C ends it all.`)
    await interrupted
    await stack.stop()
  }
} catch (error) {
  progress.line((error as Error).message)
  process.exitCode = 1
}
// A start that was interrupted is left to the supervisor, which ends with this process.
process.exit()
