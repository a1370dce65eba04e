/**
 * Clients in a process of their own, so that what a server takes can be told from what they take: opens `COUNT` TLS
 * connections to a port of this machine and writes what it reads on its standard input to each, then reads nothing:
 * `node apiserver-clients.ts PORT COUNT < REQUEST`. Says `open` on a line when all are open, and lives until killed.
 * @module
 */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** Handshakes under way at a time, well within what a server lets wait. */
const AT_ONCE = 50;

const [, , port = '', count = ''] = process.argv;
const request = await text(process.stdin);
const open: TLSSocket[] = [];

async function connectOne(): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined); // being cut off is what is asked for
  socket.pause();
  if (request !== '') socket.write(request);
  return socket;
}

for (let left = Number(count); left > 0; left -= AT_ONCE) {
  open.push(...(await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, connectOne))));
}
process.stdout.write('open\n');
