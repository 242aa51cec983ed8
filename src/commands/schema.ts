import { readSettings, type SettingsOf } from '../config.ts'
import type { SchemaRegistry } from '../ports.ts'
import { fitOf, type VersionFit } from '../schemas/compatibility.ts'
import { createRegistry } from '../schemas/registry.ts'
import { subjectOf, TRACKING_EVENT_SCHEMA } from '../schemas/tracking-event.ts'
import { registeredId, setUpSchema } from '../setup/schema.ts'
import { defineCommand, EXIT, type ExitCode, UsageError } from './command.ts'
import { startLog } from './observing.ts'
import { registryConnection } from './registry-connection.ts'

type Settings = SettingsOf<'schema'>
type Action = (registry: SchemaRegistry, settings: Settings) => Promise<ExitCode>

const ACTIONS: Readonly<Record<string, Action>> = { check, register }

export const command = defineCommand({
  args: '<check|register>',
  details: `The schema is \`schemas/tracking-event.avsc\`; its subject in the registry is \`<OUTPUT_TOPIC>-value\`.
  check     says of every registered version whether it and the schema read each other's records, and what is in
            the way, field by field; exit code 1 where anything is
  register  registers the schema, with compatibility FULL_TRANSITIVE, as \`setup\` does`,
  examples: [
    ['schema check', 'before a changed schema is deployed'],
    ['schema register', 'registers it without touching Kafka'],
  ],
  async run({ args, env }) {
    const [name = ''] = args
    const action = ACTIONS[name]
    if (!action) throw new UsageError(`schema ${name}: expected ${Object.keys(ACTIONS).join(' or ')}`)
    const settings = readSettings(env, 'schema')
    startLog('schema', env, settings)
    return action(createRegistry(registryConnection(settings)), settings)
  },
})

async function register(registry: SchemaRegistry, { OUTPUT_TOPIC }: Settings): Promise<ExitCode> {
  const subject = subjectOf(OUTPUT_TOPIC)
  print(`${subject}: ${await setUpSchema(registry, subject, TRACKING_EVENT_SCHEMA)}`)
  return EXIT.done
}

async function check(registry: SchemaRegistry, { OUTPUT_TOPIC }: Settings): Promise<ExitCode> {
  const subject = subjectOf(OUTPUT_TOPIC)
  const id = await registeredId(registry, subject, TRACKING_EVENT_SCHEMA)
  const fits = fitOf(TRACKING_EVENT_SCHEMA, await registry.versions(subject))
  const isTaken = await registry.isCompatible(subject, TRACKING_EVENT_SCHEMA)
  print(
    `${subject}: this schema is ${id === null ? 'not registered' : `registered, id ${id}`}`,
    ...fits.flatMap(linesOf),
    `  the registry ${isTaken ? 'takes' : 'refuses'} it, by the compatibility that is set there`,
  )
  return isTaken && fits.every(({ problems }) => problems.length === 0) ? EXIT.done : EXIT.failed
}

function linesOf({ version, id, problems }: VersionFit): string[] {
  const head = `  version ${version}, id ${id}: ${problems.length === 0 ? 'fits both ways' : 'does not fit'}`
  return [head, ...problems.map(problem => `    ${problem}`)]
}

const print = (...lines: string[]): void => void process.stdout.write(lines.map(line => `${line}\n`).join(''))
