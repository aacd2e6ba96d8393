// Verifies a signed XML document with a stack that has nothing in common with ours: xml-crypto over xmldom.
//
// Argument: {"file": "…", "certificate": "…", "id": "…"}. Ends well if the one signature is good by that certificate and covers
// the element with that id.
import { createVerify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { DOMParser } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'

const { file, certificate, id } = JSON.parse(process.argv[2])
const xml = readFileSync(file, 'utf8')
const pem = readFileSync(certificate, 'utf8')

// RFC 6931, section 2.3.6: both numbers one after the other, not DER.
class EcdsaSha256 {
  getAlgorithmName = () => 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'
  verifySignature = (material, _key, value) =>
    createVerify('sha256')
      .update(material)
      .verify({ key: new X509Certificate(pem).publicKey, dsaEncoding: 'ieee-p1363' }, value, 'base64')
}

const document = new DOMParser().parseFromString(xml, 'text/xml')
const found = document.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')
if (found.length !== 1) throw new Error(`${found.length} signatures`)

const signed = new SignedXml({ publicCert: pem, getCertFromKeyInfo: () => null })
signed.SignatureAlgorithms['http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'] = EcdsaSha256
signed.loadSignature(found[0])
if (!signed.checkSignature(xml)) throw new Error('the signature is not good')
const [reference] = signed.getSignedReferences()
const root = new DOMParser().parseFromString(reference, 'text/xml').documentElement
if (root.getAttribute('ID') !== id) throw new Error(`${root.getAttribute('ID')} is signed`)
