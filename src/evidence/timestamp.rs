//! A request for a time stamp (RFC 3161), to be sent elsewhere: this program asks no network.
//!
//! A request that names SHA-256, bears no nonce and wants the certificate has the same form always, so it is written as
//! its bytes with the digest put in. Without nonce, the same bundle gives the same request.

/// TimeStampReq { version 1, messageImprint { SHA-256, …
const HEAD: [u8; 24] = [
    0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
    0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
];
/// … }, certReq TRUE }
const TAIL: [u8; 3] = [0x01, 0x01, 0xff];

/// The request for that SHA-256.
pub(super) fn request(digest: &[u8; 32]) -> Vec<u8> {
    [&HEAD[..], digest, &TAIL].concat()
}
