import { type Certificates, keyStoreOf } from './certificates.ts'

/*
 * Kafka's listeners for clients that have to say who they are, and may do only what ACLs allow. The plain one,
 * without a name, may do everything there.
 */

/** A user of Kafka; which mechanism he logs in with is up to him. */
export type KafkaUser = { readonly name: string; readonly password: string }

/** Where clients connect, `host:port`. */
export type SecuredListeners = {
  /** TLS, and a user by any of the mechanisms. */
  readonly saslSsl: string
  /** TLS, and a client's certificate. */
  readonly ssl: string
}

const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512']

/** server.properties for these listeners, beside those that every node has. */
export async function securedProperties(
  { saslSsl, ssl }: SecuredListeners,
  { ca, server }: Certificates,
  users: readonly KafkaUser[],
): Promise<Record<string, string>> {
  const login = (module: string, rest = '') => `org.apache.kafka.common.security.${module} required${rest};`
  const passwords = users.map(({ name, password }) => ` user_${name}="${password}"`).join('')
  const scramLogins = SCRAM.map(mechanism => [
    `listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`,
    login('scram.ScramLoginModule'),
  ])
  return {
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': ['PLAIN', ...SCRAM].join(','),
    'listener.name.sasl_ssl.plain.sasl.jaas.config': login('plain.PlainLoginModule', passwords),
    ...Object.fromEntries(scramLogins),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': await keyStoreOf(server),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': ca,
    'listener.name.ssl.ssl.client.auth': 'required',
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'false',
    listeners: `SASL_SSL://${saslSsl},SSL://${ssl}`,
  }
}

/** How the storage is formatted so that the users are known to SCRAM from the start. */
export const scramArguments = (users: readonly KafkaUser[]): string[] =>
  SCRAM.flatMap(mechanism =>
    users.flatMap(({ name, password }) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  )
