import zlib from 'node:zlib'
import type { SettingFault } from './setting.ts'
import type { Settings } from './table.ts'

type Values = Partial<Settings>
type Name = keyof Settings

/** Faults of settings that are right each by itself. A setting that the command does not use is not there. */
export function crossFaults(values: Values): SettingFault[] {
  const together = (name: Name, needed: Name): SettingFault[] =>
    values[name] !== undefined && needed in values && values[needed] === undefined
      ? [{ name: needed, problem: `is missing: expected together with ${name}` }]
      : []
  const atLeast = (name: Name, least: Name, why: string): SettingFault[] => {
    const [value, floor] = [values[name], values[least]]
    if (typeof value !== 'number' || typeof floor !== 'number' || value === -1) return []
    return floor === -1 || value < floor
      ? [{ name, problem: `is ${value}: expected no less than ${least} (${floor}), ${why}` }]
      : []
  }
  const timestamps = 'since its records carry the raw timestamps, by which Kafka deletes'
  return [
    ...together('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME'),
    ...together('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD'),
    ...together('KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM'),
    ...together('KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'),
    ...together('KAFKA_SSL_KEY', 'KAFKA_SSL_CERT'),
    ...together('SCHEMA_REGISTRY_USER', 'SCHEMA_REGISTRY_PASSWORD'),
    ...together('SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_USER'),
    ...together('TRACKING_SEGMENTIO_WEBHOOK_SECRET_PREVIOUS', 'TRACKING_SEGMENTIO_WEBHOOK_SECRET'),
    ...together('SEGMENT_SIGNING_SECRET_PREVIOUS', 'SEGMENT_SIGNING_SECRET'),
    ...atLeast('OUTPUT_RETENTION_MS', 'RAW_RETENTION_MS', timestamps),
    ...atLeast('ERROR_RETENTION_MS', 'RAW_RETENTION_MS', timestamps),
    ...atLeast('BRIDGE_MAX_INFLIGHT_BYTES', 'MAX_BODY_BYTES', 'or the largest body never fits'),
    ...certificatesWithoutTls(values),
    ...sharedTopics(values),
    ...zstdOnOldNode(values),
  ]
}

function certificatesWithoutTls(values: Values): SettingFault[] {
  if (values.KAFKA_SSL !== false) return []
  const given = (['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const).filter(name => values[name])
  return given.length > 0
    ? [{ name: 'KAFKA_SSL', problem: `is false: expected true, since ${given.join(', ')} is given` }]
    : []
}

function sharedTopics(values: Values): SettingFault[] {
  const names = (['RAW_TOPIC', 'OUTPUT_TOPIC', 'ERROR_TOPIC'] as const).filter(name => values[name])
  return names.flatMap((name, i) => {
    const other = names.slice(0, i).find(earlier => values[earlier] === values[name])
    return other
      ? [{ name, problem: `is "${values[name]}", as ${other} is: expected a topic of its own` }]
      : []
  })
}

function zstdOnOldNode({ OUTPUT_COMPRESSION }: Values): SettingFault[] {
  if (OUTPUT_COMPRESSION !== 'zstd' || 'zstdCompress' in zlib) return []
  const problem = `is zstd, which Node.js ${process.versions.node} cannot write: expected another, such as lz4, or Node.js 22.15 or newer`
  return [{ name: 'OUTPUT_COMPRESSION', problem }]
}
