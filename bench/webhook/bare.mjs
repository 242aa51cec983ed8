import { createServer } from 'node:http'

/** Answers each request once its body is read: what no server on node:http can do in less. */
const ANSWER = '{"committed":true}'
const HEAD = { 'content-type': 'application/json; charset=utf-8', 'content-length': ANSWER.length }

createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => response.writeHead(200, HEAD).end(ANSWER))
}).listen(Number(process.argv[2]), '127.0.0.1')
