/** Certificates for the loopback address, made when the sandbox starts. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

interface Certificates {
  /** PEM: what clients must trust. Its private key is not kept. */
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const AUTHORITY = 'CN=Sandbox of the cost sentry';
const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
const SERIAL_BYTES = 16;

/** An authority and a server certificate: some clients refuse one that is both. */
export async function createCertificates(): Promise<Certificates> {
  const pair = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [authorityKeys, serverKeys] = await Promise.all([pair(), pair()]);
  const common = () => ({
    serialNumber: randomBytes(SERIAL_BYTES).toString('hex').replace(/^./, '1'),
    // A client whose clock is behind.
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + VALID_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
  });
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...common(),
    name: AUTHORITY,
    keys: authorityKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(authorityKeys.publicKey, false),
    ],
  });
  const server = await X509CertificateGenerator.create({
    ...common(),
    subject: 'CN=localhost',
    issuer: AUTHORITY,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await SubjectKeyIdentifierExtension.create(serverKeys.publicKey, false),
      await AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey, false),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', serverKeys.privateKey);
  return {
    authority: `${authority.toString('pem')}\n`,
    certificate: server.toString('pem'),
    privateKey: pem('PRIVATE KEY', Buffer.from(key).toString('base64')),
  };
}

const pem = (kind: string, base64: string): string =>
  [
    `-----BEGIN ${kind}-----`,
    ...(base64.match(/.{1,64}/g) ?? []),
    `-----END ${kind}-----`,
    '',
  ].join('\n');
