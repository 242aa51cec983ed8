import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A certificate and its key, in PEM files. */
export type Certificate = { readonly cert: string; readonly key: string }

/** Paths of PEM files; all of them are good for a day, and for loopback only. */
export type Certificates = {
  /** The authority that has signed the two others. */
  readonly ca: string
  readonly server: Certificate
  readonly client: Certificate
}

/** Its common name, which is who Kafka takes the owner of the client's certificate for. */
export const CLIENT_NAME = 'certified'

const openssl = (...args: string[]) => promisify(execFile)('openssl', args)
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']

/** Makes an authority and certificates for a server and a client. Throws where OpenSSL is missing. */
export async function makeCertificates(parent: string): Promise<Certificates> {
  const directory = join(parent, 'tls')
  await mkdir(directory, { recursive: true })
  const file = (name: string) => join(directory, name)
  const [ca, caKey] = [file('ca.pem'), file('ca.key')]
  await openssl('req', '-x509', ...NEW_KEY, '-subj', '/CN=test-authority', '-keyout', caKey, '-out', ca)

  async function signed(name: string, subject: string, extension: string): Promise<Certificate> {
    const [cert, key] = [file(`${name}.pem`), file(`${name}.key`)]
    const signer = ['-CA', ca, '-CAkey', caKey, '-addext', extension]
    await openssl('req', '-x509', ...NEW_KEY, ...signer, '-subj', subject, '-keyout', key, '-out', cert)
    return { cert, key }
  }
  return {
    ca,
    server: await signed('server', '/CN=localhost', 'subjectAltName=IP:127.0.0.1,DNS:localhost'),
    client: await signed('client', `/CN=${CLIENT_NAME}`, 'basicConstraints=CA:FALSE'),
  }
}

/** Kafka wants a certificate and its key in one file. */
export async function keyStoreOf({ cert, key }: Certificate): Promise<string> {
  const store = `${cert}.store`
  await writeFile(store, (await readFile(key, 'utf8')) + (await readFile(cert, 'utf8')), { mode: 0o600 })
  return store
}
