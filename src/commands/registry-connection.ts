import type { Settings } from '../config.ts'
import type { RegistryOptions } from '../schemas/registry-client.ts'

/** How the settings say to reach the schema registry. */
export const registryConnection = (
  settings: Pick<Settings, 'SCHEMA_REGISTRY_URL' | 'SCHEMA_REGISTRY_USER' | 'SCHEMA_REGISTRY_PASSWORD'>,
): RegistryOptions => ({
  url: settings.SCHEMA_REGISTRY_URL,
  user: settings.SCHEMA_REGISTRY_USER,
  password: settings.SCHEMA_REGISTRY_PASSWORD,
})
