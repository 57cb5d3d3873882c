/**
 * A certificate authority for tests and server certificates by it, written with node:crypto
 * alone: X.509 is nested tag-length-value (RFC 5280 §4.1, X.690), and a test needs little of it.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface CertificateAuthority {
  /** PEM of the CA's own certificate: what clients trust. */
  readonly ca: string
  /** A certificate for these names; IPv4 addresses are recognised. */
  issue(...names: string[]): Certificate
}

export function makeCertificateAuthority(): CertificateAuthority {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = 'Postroom Test CA'
  const ca = certificate(issuer, issuer, root.publicKey, root.privateKey, [
    extension(OID.basicConstraints, sequence(tlv(0x01, Buffer.of(0xff)))),
    extension(OID.keyUsage, tlv(0x03, Buffer.of(2, 0b0000_0100))),
  ])
  return {
    ca,
    issue(...names) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const cert = certificate(names[0] ?? 'localhost', issuer, pair.publicKey, root.privateKey, [
        extension(OID.subjectAltName, sequence(...names.map(generalName))),
      ])
      return { cert, key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

/** DER of the object identifiers used here. */
const OID = {
  ecdsaWithSha256: Buffer.from('06082a8648ce3d040302', 'hex'),
  commonName: Buffer.from('0603550403', 'hex'),
  keyUsage: Buffer.from('0603551d0f', 'hex'),
  subjectAltName: Buffer.from('0603551d11', 'hex'),
  basicConstraints: Buffer.from('0603551d13', 'hex'),
}

function certificate(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signingKey: KeyObject,
  extensions: Buffer[],
): string {
  const algorithm = sequence(OID.ecdsaWithSha256)
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])), // serial number
    algorithm,
    commonName(issuer),
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', toBeSigned, signingKey)
  const der = sequence(toBeSigned, algorithm, tlv(0x03, Buffer.concat([Buffer.of(0), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function tlv(tag: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(value), value])
}

/** X.690 §10.1: as short as possible; 64 KB are enough here. */
function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length)
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff)
}

const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts))
const utcTime = (text: string): Buffer => tlv(0x17, Buffer.from(text))
const commonName = (name: string): Buffer =>
  sequence(tlv(0x31, sequence(OID.commonName, tlv(0x0c, Buffer.from(name)))))
const extension = (oid: Buffer, value: Buffer): Buffer =>
  sequence(oid, tlv(0x01, Buffer.of(0xff)), tlv(0x04, value))

/** RFC 5280 §4.2.1.6: [7] is an address, [2] a name. */
function generalName(name: string): Buffer {
  const octets = name.split('.').map(Number)
  const isAddress = octets.length === 4 && octets.every((octet) => octet >= 0 && octet <= 255)
  return isAddress ? tlv(0x87, Buffer.from(octets)) : tlv(0x82, Buffer.from(name))
}
