/** An HTTPS port of the sandbox: TLS ends here, and the front's own server does the rest. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { listen } from '../base/loopback-server.ts';
import { createCertificates } from './certificates.ts';

export interface TlsPort {
  readonly url: string;
  /** File of the certificate that clients must trust; removed at the end. */
  readonly certificateFile: string;
  close(): Promise<void>;
}

/** @param front serves HTTP/1.1 and HTTP/2 on every connection that it is given. */
export async function openTlsPort(front: Server, port: number): Promise<TlsPort> {
  const { authority, certificate, privateKey } = await createCertificates();
  const server = createServer({
    cert: certificate,
    key: privateKey,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    front.emit('connection', socket);
  });
  // A client that does not trust the certificate, or speaks no TLS.
  server.on('tlsClientError', () => undefined);
  const address = await listen(server, port);
  const folder = await mkdtemp(join(tmpdir(), 'cost-sentry-tls-'));
  const certificateFile = join(folder, 'certificate.pem');
  await writeFile(certificateFile, authority);
  return {
    url: address.replace('http:', 'https:'),
    certificateFile,
    close: async () => {
      await rm(folder, { recursive: true, force: true });
      await new Promise<void>((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}
