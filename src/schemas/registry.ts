import { z } from 'zod'
import { SchemaNotFoundError, type SchemaRegistry, type SchemaVersion } from '../ports.ts'
import { createRegistryCall, type RegistryOptions } from './registry-client.ts'

const REGISTERED = z.object({ id: z.int() })
const LEVEL = z.object({
  compatibilityLevel: z.enum([
    'NONE',
    'BACKWARD',
    'BACKWARD_TRANSITIVE',
    'FORWARD',
    'FORWARD_TRANSITIVE',
    'FULL',
    'FULL_TRANSITIVE',
  ]),
})
const VERDICT = z.object({ is_compatible: z.boolean() })
const VERSIONS = z.array(z.int())
const VERSION = z.object({ version: z.int(), id: z.int(), schema: z.string() })
const SCHEMA = z.object({ schema: z.string() })
const ANY_OBJECT = z.object({})

/** What the program asks of a schema registry. Never "latest": always by content or by id. */
export function createRegistry(options: RegistryOptions): SchemaRegistry {
  const { url } = options
  const call = createRegistryCall(options)
  const notThere = (subject: string) =>
    new SchemaNotFoundError(`The schema registry at ${url} has no subject ${subject}, and made none`)

  return {
    async idOf(subject, schema) {
      const found = await call('find', `POST ${at(subject)}`, REGISTERED, contentOf(schema))
      if (found) return found.id
      throw new SchemaNotFoundError(
        `The schema is not registered under ${subject} at ${url}: run \`setup\` or \`schema register\``,
      )
    },

    async register(subject, schema) {
      const request = `POST ${at(subject)}/versions` as const
      const registered = await call('register', request, REGISTERED, contentOf(schema))
      if (registered) return registered.id
      throw notThere(subject)
    },

    async compatibility(subject) {
      return (await call('configure', `GET ${levelAt(subject)}`, LEVEL))?.compatibilityLevel ?? null
    },

    async setCompatibility(subject, compatibility) {
      const set = await call('configure', `PUT ${levelAt(subject)}`, ANY_OBJECT, { compatibility })
      if (!set) throw notThere(subject)
    },

    async isCompatible(subject, schema) {
      const request = `POST /compatibility${at(subject)}/versions` as const
      // Whatever comes first is compatible with nothing.
      return (await call('check', request, VERDICT, contentOf(schema)))?.is_compatible ?? true
    },

    async versions(subject) {
      const numbers = (await call('find', `GET ${at(subject)}/versions`, VERSIONS)) ?? []
      const versions: SchemaVersion[] = []
      for (const number of numbers) {
        const version = await call('find', `GET ${at(subject)}/versions/${number}`, VERSION)
        if (version) versions.push(version)
      }
      return versions
    },

    async schemaOf(id) {
      const found = await call('find', `GET /schemas/ids/${id}`, SCHEMA)
      if (found) return found.schema
      throw new SchemaNotFoundError(`No schema has the id ${id} in the registry at ${url}`)
    },
  }
}

const at = (subject: string) => `/subjects/${encodeURIComponent(subject)}` as const
const levelAt = (subject: string) => `/config/${encodeURIComponent(subject)}` as const

/**
 * Apicurio finds a schema by its very characters, Confluent's registry by its JSON; so it is sent without white
 * space, and a file that is formatted anew, or checked out with other line ends, is still the same schema. Left
 * to the registry (`normalize=true`), schemas that differ in their documentation would be the same as well.
 */
const contentOf = (schema: string) => ({ schema: JSON.stringify(JSON.parse(schema)) })
