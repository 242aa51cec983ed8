import '#src/kafka/patch/index.ts'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import kafkajs, { type Admin } from 'kafkajs'
import { ACLS, type Acl } from '../../dev/docs/acls.ts'
import type { Certificates } from '../../dev/stack/certificates.ts'

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional id': AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
}
const OPERATIONS = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
}

/** Allows a user what the documentation lists for a command, with the settings' names filled in. */
export async function allow(
  admin: Admin,
  user: string,
  command: keyof typeof ACLS,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const acl = (ACLS[command] as readonly Acl[]).flatMap(({ resource, name, prefixed, operations }) =>
    operations.map(operation => ({
      resourceType: RESOURCES[resource],
      resourceName: name.replace(/[A-Z]+_[A-Z]+/g, setting => settings[setting] ?? setting),
      resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: '*',
      operation: OPERATIONS[operation],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  )
  await admin.createAcls({ acl })
}

/** A real registry behind TLS and basic authentication, as a reverse proxy puts it there. */
export async function tlsProxy(target: string, { server }: Certificates, credentials: string) {
  const expected = `Basic ${Buffer.from(credentials).toString('base64')}`
  const { hostname, port, pathname } = new URL(target)
  const [cert, key] = [readFileSync(server.cert), readFileSync(server.key)]
  const proxy = createServer({ cert, key }, (asked, answer) => {
    if (asked.headers.authorization !== expected) return void answer.writeHead(401).end()
    const { authorization: _, ...headers } = asked.headers
    const passedOn = request({ hostname, port, path: asked.url, method: asked.method, headers }, answered => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(answer)
    })
    passedOn.on('error', () => answer.destroy())
    asked.pipe(passedOn)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const url = `https://localhost:${(proxy.address() as AddressInfo).port}${pathname}`
  return { url, close: () => void proxy.close() }
}
