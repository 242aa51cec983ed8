import avro from 'avsc'
import type { SchemaVersion } from '../ports.ts'

/** A registered version, and what keeps it and the schema in question from reading each other's records. */
export interface VersionFit extends SchemaVersion {
  /** One sentence each, beginning with the field; none where they fit both ways. */
  readonly problems: readonly string[]
}

/** Holds an Avro schema against every version (FULL_TRANSITIVE), by Avro's own rules of resolution. */
export function fitOf(schema: string, versions: readonly SchemaVersion[]): VersionFit[] {
  const candidate = { name: 'this schema', type: parse(schema) }
  return versions.map(version => {
    const registered = { name: `version ${version.version}`, type: parse(version.schema) }
    const problems = [...misfits(candidate, registered), ...misfits(registered, candidate)]
    return { ...version, problems: [...new Set(problems)] }
  })
}

interface Side {
  readonly name: string
  readonly type: avro.Type
}

const parse = (schema: string): avro.Type => avro.Type.forSchema(JSON.parse(schema))

/** Why records of `writer` cannot be read with the schema of `reader`, as close to the field at fault as can be told. */
function misfits(reader: Side, writer: Side, path: readonly string[] = []): string[] {
  if (canRead(reader.type, writer.type)) return []
  const [wanted, given] = [reader.type, writer.type]
  const inFields = isRecord(wanted) && isRecord(given) && wanted.name === given.name
  const problems = inFields
    ? wanted.fields.flatMap(field => {
        const at = [...path, field.name]
        const source = given.fields.find(({ name }) => [field.name, ...field.aliases].includes(name))
        if (source) return misfits({ ...reader, type: field.type }, { ...writer, type: source.type }, at)
        if (field.defaultValue() !== undefined) return []
        return [`${at.join('.')}: ${reader.name} needs it without a default, and ${writer.name} lacks it`]
      })
    : []
  if (problems.length > 0) return problems
  const where = path.length > 0 ? path.join('.') : 'the record itself'
  return [
    `${where}: ${describe(given)} of ${writer.name} cannot be read as ${describe(wanted)} of ${reader.name}`,
  ]
}

function canRead(reader: avro.Type, writer: avro.Type): boolean {
  try {
    reader.createResolver(writer)
    return true
  } catch {
    return false
  }
}

const isRecord = (type: avro.Type): type is avro.types.RecordType => type instanceof avro.types.RecordType

function describe(type: avro.Type): string {
  if (type instanceof avro.types.EnumType) return `${type.name} (${type.symbols.join(', ')})`
  if ('types' in type && Array.isArray(type.types)) return type.types.map(describe).join(' or ')
  return type.name ?? type.typeName
}
