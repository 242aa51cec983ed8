import './patch/index.ts'
import type { ISocketFactory } from 'kafkajs'
import { internal } from './patch/internals.ts'

const connect: ISocketFactory = internal('network/socketFactory')()

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
