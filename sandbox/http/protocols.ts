/** HTTP/1.1 and HTTP/2 with prior knowledge on one port without TLS. */
import type { Server } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { HttpRequest, HttpResponse } from '../base/loopback-server.ts';

type Serve = (request: HttpRequest, response: HttpResponse) => void;

/** First bytes of an HTTP/2 client (RFC 9113, section 3.4). */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** A connection that sends nothing is closed after this. */
const SILENT_MS = 60_000;

/** Lets a server of HTTP/1.1 hand the connections that speak HTTP/2 to one of theirs. */
export function alsoHttp2(server: Server, serve: Serve): void {
  const sessions = new Set<ServerHttp2Session>();
  const second = createHttp2Server({}, serve);
  second.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  second.on('sessionError', () => undefined);
  server.on('close', () => {
    for (const session of sessions) session.destroy();
  });
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const first = (): void => {
      const head: Buffer | null = socket.read();
      if (head === null) return;
      socket.unshift(head);
      const text = head.toString('latin1', 0, PREFACE.length);
      if (text.length < PREFACE.length && PREFACE.startsWith(text)) {
        // More of it comes: what was read is read again with it.
        socket.once('readable', first);
        return;
      }
      socket.off('error', ignore);
      socket.setTimeout(0);
      socket.off('timeout', silent);
      if (text === PREFACE) second.emit('connection', socket);
      else for (const listener of listeners) listener.call(server, socket);
    };
    const silent = (): void => void socket.destroy();
    socket.on('error', ignore);
    socket.setTimeout(SILENT_MS, silent);
    socket.once('readable', first);
  });
}

const ignore = (): void => undefined;
