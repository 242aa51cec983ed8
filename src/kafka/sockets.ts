import './patch/index.ts'
import { createConnection, type OnReadOpts } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import { internal } from './patch/internals.ts'

type Wanted = Parameters<ISocketFactory>[0] & { readonly onread?: OnReadOpts }

const connectByKafkajs: ISocketFactory = internal('network/socketFactory')()
/** As kafkajs has it. */
const KEEP_ALIVE_MS = 60_000

/** TLS has no memory of the reader's to read into. */
const connect = ({ onread, ...wanted }: Wanted) => {
  const { host, port, ssl, onConnect } = wanted
  if (ssl || !onread) return connectByKafkajs(wanted)
  return createConnection({ host, port, onread }, onConnect).setKeepAlive(true, KEEP_ALIVE_MS)
}

/**
 * kafkajs's own sockets, except that a small request does not wait until the broker has answered the one before
 * (Nagle's algorithm), and that what is written in one turn of the event loop goes out in one system call.
 */
export const promptSockets: ISocketFactory = args => {
  const socket = connect(args).setNoDelay(true)
  const write = socket.write.bind(socket)
  socket.write = ((...chunk: Parameters<typeof write>) => {
    socket.cork()
    process.nextTick(() => socket.uncork())
    return write(...chunk)
  }) as typeof socket.write
  return socket
}
