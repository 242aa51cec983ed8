import type { Command, Options } from './command.ts'

interface Row {
  readonly summary: string
  /** Imports the command, and with it its clients, only when it is asked for. */
  readonly load: () => Promise<{ readonly command: Command<Options> }>
}

/** Every command of the program, in the order of `--help`. */
export const COMMANDS: Readonly<Record<string, Row>> = {
  setup: {
    summary: "create the topics, register the schema, commit the group's starting offsets",
    load: () => import('./setup.ts'),
  },
  bridge: {
    summary: 'take what Segment posts to the raw topic',
    load: () => import('./bridge.ts'),
  },
  process: {
    summary: 'translate raw records into tracking events and rejections, exactly once',
    load: () => import('./process.ts'),
  },
  translate: {
    summary: 'translate events of files offline, without Kafka: one outcome a line',
    load: () => import('./translate.ts'),
  },
  replay: {
    summary: "move the consumer group's offsets, to do raw records once more",
    load: () => import('./replay.ts'),
  },
  doctor: {
    summary: 'look at the settings and everything that is needed, and say what is wrong and what mends it',
    load: () => import('./doctor.ts'),
  },
  schema: {
    summary: "check the output's Avro schema against the registry, or register it",
    load: () => import('./schema.ts'),
  },
  errors: {
    summary: 'look at rejected records, and send them back to the raw topic',
    load: () => import('./errors.ts'),
  },
  export: {
    summary: 'write the output topic as an edX tracking log, one event a line',
    load: () => import('./export.ts'),
  },
  compare: {
    summary: "compare edX's own tracking log with what the processors made of the same events",
    load: () => import('./compare.ts'),
  },
  find: {
    summary: "list where a person's records stand in the three topics",
    load: () => import('./find.ts'),
  },
}
