/**
 * What is signed in a DSSE envelope: type and payload with their lengths, so that neither can be taken for part of the
 * other (https://github.com/secure-systems-lab/dsse, "PAE").
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
