import type { Socket } from 'node:net'
import { AnswerFrames, SIZE_BYTES } from './answer-frames.ts'
import { isFastCode, replaceExport } from './internals.ts'

/*
 * How kafkajs reads from its sockets. Node.js allocates 64 KiB for each read, and V8 collects garbage all the more often
 * for such memory; here all sockets read into the same.
 */

/** Of kafkajs's connection, what has to do with reading. */
interface Connection {
  readonly socket: Socket
  readonly authHandlers: { onSuccess(answer: Buffer): void } | null
  readonly authExpectResponse: boolean
  readonly requestQueue: {
    fulfillRequest(answer: { size: number; correlationId: number; payload: Buffer }): void
  }
  isConnected(): boolean
  connect(): Promise<boolean>
  processData(piece: Buffer): void
}

interface Options {
  readonly socketFactory: (args: object) => Socket
}

type ConnectionClass = new (options: Options) => Connection

/** Of an answer: its size, and the number of the request. */
const HEAD_BYTES = SIZE_BYTES + 4

const READ_BYTES = 256 * 1024
let memory: Buffer | undefined

/** Nothing of a piece is used after the call that it comes with. */
const intoSharedMemory = ({ socketFactory, ...options }: Options): Options => {
  memory ??= Buffer.allocUnsafeSlow(READ_BYTES)
  const buffer = memory
  return {
    ...options,
    socketFactory(args) {
      const callback = (bytes: number): true => {
        socket.emit('data', buffer.subarray(0, bytes))
        return true
      }
      const socket = socketFactory({ ...args, onread: { buffer, callback } })
      return socket
    },
  }
}

const gathering = (Original: ConnectionClass): ConnectionClass =>
  class extends Original {
    #frames: AnswerFrames | null

    constructor(options: Options) {
      const isFast = isFastCode()
      super(isFast ? intoSharedMemory(options) : options)
      this.#frames = isFast ? this.#newFrames() : null
    }

    override connect(): Promise<boolean> {
      // What the connection before left unfinished is no part of this one.
      if (this.#frames && !this.isConnected()) this.#frames = this.#newFrames()
      return super.connect()
    }

    override processData(piece: Buffer): void {
      if (!this.#frames) super.processData(piece)
      else if (this.authHandlers && !this.authExpectResponse) this.authHandlers.onSuccess(Buffer.from(piece))
      else {
        try {
          this.#frames.push(piece)
        } catch (error) {
          this.socket.destroy(error as Error)
        }
      }
    }

    #newFrames(): AnswerFrames {
      return new AnswerFrames(frame => {
        if (this.authHandlers) this.authHandlers.onSuccess(frame)
        else {
          this.requestQueue.fulfillRequest({
            size: frame.length - SIZE_BYTES,
            correlationId: frame.readInt32BE(SIZE_BYTES),
            payload: frame.subarray(HEAD_BYTES),
          })
        }
      })
    }
  }

export const gatherAnswers = (): void =>
  replaceExport<ConnectionClass>('network/connection', 'network/connectionPool', gathering)
