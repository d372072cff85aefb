/** Method: requests of both protocols over TLS, which trust the certificate that is written. */
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { HttpRequest, HttpResponse } from '../../../../sandbox/base/loopback-server.ts';
import { alsoHttp2 } from '../../../../sandbox/http/protocols.ts';
import { openTlsPort, type TlsPort } from '../../../../sandbox/http/tls-port.ts';

let front: Server;
let port: TlsPort;
beforeEach(async () => {
  const serve = ({ httpVersion }: HttpRequest, response: HttpResponse) => {
    response.writeHead(200);
    response.end(`HTTP/${httpVersion}`);
  };
  front = createServer(serve);
  alsoHttp2(front, serve);
  port = await openTlsPort(front, 0);
});
afterEach(async () => {
  await port.close();
  front.closeAllConnections();
});

const get = (ca?: Buffer) =>
  new Promise<string>((resolve, reject) => {
    request(port.url, { agent: false, ...(ca && { ca }) }, (response) =>
      text(response).then(resolve, reject),
    )
      .on('error', reject)
      .end();
  });

test('speaks HTTP/1.1 and HTTP/2 with anyone who trusts its certificate', async () => {
  const ca = await readFile(port.certificateFile);
  expect(await get(ca)).toBe('HTTP/1.1');
  const session = connectHttp2(port.url, { ca });
  expect(await text(session.request({ ':path': '/' }))).toBe('HTTP/2.0');
  session.destroy();
});

test('has a certificate that no one trusts without its file', async () => {
  await expect(get()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test('leaves nothing behind at its end', async () => {
  const { certificateFile } = port;
  await port.close();
  await expect(stat(certificateFile)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(get()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  port = await openTlsPort(front, 0);
});
